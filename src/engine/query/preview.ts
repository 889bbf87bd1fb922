/**
 * A query run under an opt-in rule that changes its result: the answer says what was asked and what is shown of it, and how much there is in
 * all, counted or said not to be. Nothing of it is cached, and whoever saves the rows saves those of the query itself.
 */
import { NOBODY, type Asker } from './asker.ts';
import type { Engine } from '../engine.ts';
import { parametersFor } from './parameters.ts';
import type { ExecuteRequest, PreviewReport } from '../protocol.ts';
import type { PreviewText } from '../../optimizer/protocol.ts';
import type { ScriptRan } from './ran.ts';

/** All rows are counted for so long. */
const COUNT_MS_MAX = 1000;

/** Runs the preview; null when the rule does not apply, and nothing was run. */
export async function runPreview(
  engine: Engine,
  request: ExecuteRequest,
  ruleId: string,
  asker: Asker,
): Promise<{ ran: ScriptRan; preview: PreviewReport } | null> {
  const parameters = parametersFor(request.parameters, 0);
  // Without an optimizer there is no preview, and the query runs as it is.
  const text = await engine.optimizer.preview(request.sql, ruleId, parameters).catch(() => null);
  if (!text) return null;
  const whole = await engine.run({ ...request, sql: text.sql }, asker);
  const shown = whole.ran.at(-1)?.result?.rowCount ?? 0;
  const total = whole.error === null ? await totalOf(engine, text, shown, request) : null;
  const label = text.limit === null || whole.error ? text.label : limitLabel(text.limit, shown, total);
  // The question is still the person's: what is asked of this answer later is asked of it.
  const ran = whole.ran.map((one) => ({ ...one, sql: request.sql, span: { start: 0, end: request.sql.length } }));
  return {
    ran: { ...whole, ran },
    preview: { ruleId, sql: text.sql, label, shown, total, measurement: text.measurement },
  };
}

/** Rows of the query itself; null when they could not be counted in time. */
async function totalOf(
  engine: Engine,
  { limit, countSql }: PreviewText,
  shown: number,
  { parameters }: ExecuteRequest,
): Promise<number | null> {
  if (limit === null || shown < limit) return shown;
  const counting = { sql: countSql, parameters, cache: false, preview: 'count', deadlineMs: COUNT_MS_MAX };
  const { ran, error } = await engine.run(counting, NOBODY, 'load');
  const count = error ? undefined : ran[0]?.result?.columns[0]?.numbers[0];
  return count ?? null;
}

function limitLabel(limit: number, shown: number, total: number | null): string {
  const rows = (count: number): string => count.toLocaleString('en');
  if (shown < limit) return `Preview: all ${rows(shown)} rows, which are fewer than ${rows(limit)}`;
  if (total === null)
    return `Preview: the first ${rows(shown)} rows; how many there are in all could not be counted within ${COUNT_MS_MAX / 1000} s`;
  return `Preview: the first ${rows(shown)} of ${rows(total)} rows`;
}
