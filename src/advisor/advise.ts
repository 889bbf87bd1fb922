/** Index advice for one statement at once, by plans alone: what the planner would do with each candidate. What it brings is to be measured. */
import type { Parameters } from '../database/protocol.ts';
import { plainPlan } from '../optimizer/plain-plan.ts';
import type { IndexAdvice } from '../optimizer/protocol.ts';
import type { Sandbox } from '../optimizer/sandbox.ts';
import type { Reader } from '../sql/parse/reader.ts';
import type { Schema } from '../sql/schema.ts';
import { bytesOf } from './build.ts';
import { existingIndexes } from './existing.ts';
import { prune, type Survivor } from './prune.ts';
import { readWorkload } from './read-workload.ts';
import { WhatIf } from './what-if.ts';
import { workloadOf } from './workload.ts';

/** What a person is shown at most. */
const ADVICE_MAX = 4;
/** Logarithm of the least gain by plans that is worth a trial. */
const PROMISE_MIN = 0.18;
/** An index of as many bytes as the data must promise so much more. */
const BYTES_PRICE = 0.3;
const BUDGET_MS = 1500;

/** The indexes that SQLite would use, the most promising first. Empty when none would help, or the text cannot be read. */
export function adviseIndexes(
  sql: string,
  parameters: Parameters,
  schema: Schema,
  data: Sandbox,
  read: Reader,
): IndexAdvice[] {
  const { queries } = readWorkload(workloadOf([{ sql, parameters }]).queries, schema, data, read);
  const [query] = queries;
  if (!query) return [];
  const endMs = data.nowMs() + BUDGET_MS;
  const dataBytes = bytesOf(data);
  const whatIf = new WhatIf(data, schema, null);
  try {
    const planning = prune(
      [{ weight: 1, texts: [{ sql, uses: query.uses }] }],
      existingIndexes(data),
      schema,
      whatIf,
      dataBytes,
      () => endMs - data.nowMs(),
    );
    let step = planning.next();
    while (!step.done) step = planning.next();
    const worthOf = ({ promise, bytes }: Survivor): number =>
      Math.max(...promise.values()) - (BYTES_PRICE * bytes) / Math.max(1, dataBytes);
    return step.value.survivors
      .filter((one) => worthOf(one) >= PROMISE_MIN)
      .sort((a, b) => worthOf(b) - worthOf(a))
      .map(({ candidate, ddl, name, number }) => ({ candidate, ddl, name, plan: whatIf.plan(sql, [number]) }))
      .filter(({ name, plan }) => plan.some(({ detail }) => `${detail} `.includes(` INDEX ${name} `)))
      .slice(0, ADVICE_MAX)
      .map(({ candidate: { table, parts, where, reason }, ddl, plan }) => ({
        id: `${table}(${parts.join(',')})${where === null ? '' : ` ${where}`}`,
        ddl,
        table,
        columns: [...parts],
        reason,
        planBefore: plainPlan(query.planBefore),
        planAfter: plainPlan(plan),
      }));
  } finally {
    whatIf.close();
  }
}
