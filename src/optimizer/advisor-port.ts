/** The index advisor as the optimizer's server sees it: the advisor builds on the optimizer, so it is handed in. */
import type { Parameters } from '../database/protocol.ts';
import type { Select } from '../sql/ast.ts';
import type { Schema } from '../sql/schema.ts';
import type { IndexAdvice, IndexTrial } from './protocol.ts';
import type { Sandbox } from './sandbox.ts';

export interface Advisor {
  advise(sql: string, select: Select, schema: Schema, data: Sandbox): IndexAdvice[];
  /** `indexed` is a fork of its own, on which the index is built. Errors: `sql`, `not-an-index`, `deadline`. */
  tryIndex(
    sql: string,
    parameters: Parameters,
    ddl: string,
    budgetMs: number,
    plain: Sandbox,
    indexed: Sandbox,
  ): IndexTrial;
}
