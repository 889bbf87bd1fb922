/** What a text gives on the small database at hand. */
import type { Parameters, SqlValue } from '../../database/protocol.ts';
import { isDeadline, messageOf, rowKey, type Run, type Sandbox } from '../sandbox.ts';

/** A join of tables of four rows each is small; without its conditions it may not be. */
export const RUN_MS_MAX = 100;

/** `key`: the rows in no order. `late`: nothing is known, the machine may have been busy. */
export type Outcome = { run: Run; key: string } | { error: string; late: boolean };

export function outcomeOf(sandbox: Sandbox, sql: string, parameters: Parameters): Outcome {
  try {
    const run = sandbox.run(sql, parameters, RUN_MS_MAX);
    return { run, key: run.rows().map(rowKey).sort().join('\n') };
  } catch (error) {
    return { error: messageOf(error), late: isDeadline(error) };
  }
}

export function valuesOf(parameters: Parameters): readonly SqlValue[] {
  return Array.isArray(parameters) ? (parameters as readonly SqlValue[]) : Object.values(parameters);
}
