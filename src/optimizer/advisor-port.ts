/** The index advisor as the optimizer's server sees it: the advisor builds on the optimizer, so it is handed in. */
import type { Parameters } from '../database/protocol.ts';
import type { Reader } from '../sql/parse/reader.ts';
import type { Schema } from '../sql/schema.ts';
import type { AdviceProgress, AdviceRequest, WorkloadAdvice } from './advice.ts';
import type { IndexAdvice, IndexTrial } from './protocol.ts';
import type { Sandbox } from './sandbox.ts';

export interface Advisor {
  /** By plans alone. */
  advise(sql: string, parameters: Parameters, schema: Schema, data: Sandbox, read: Reader): IndexAdvice[];
  /** `indexed` is a fork of its own, on which the index is built. Errors: `sql`, `not-an-index`, `deadline`. */
  tryIndex(
    sql: string,
    parameters: Parameters,
    ddl: string,
    budgetMs: number,
    plain: Sandbox,
    indexed: Sandbox,
  ): IndexTrial;
  /** Measured, step by step. `fork` is a copy to build on. Errors: `no-statements`. */
  adviseWorkload(
    request: AdviceRequest,
    tools: { data: Sandbox; fork: Sandbox; read: Reader; schema: Schema },
  ): Generator<AdviceProgress, WorkloadAdvice>;
}
