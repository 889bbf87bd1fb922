/** Rules that change the result, for those who ask: the other text with its label, and what fewer columns gain, measured. */
import type { Reader } from '../sql/parse/reader.ts';
import { printSelect } from '../sql/print.ts';
import type { Schema } from '../sql/schema.ts';
import type { Parameters } from '../database/protocol.ts';
import { checkRoundTrip } from './guards/round-trip.ts';
import type { PreviewText } from './protocol.ts';
import { race } from './race.ts';
import { PREVIEW_RULES } from './rules/registry.ts';
import type { Sandbox } from './sandbox.ts';
import { editorOf } from './written.ts';

const RACE_BUDGET_MS = 400;
/** Fewer columns are advice, so their gain is measured; that fewer rows are quicker needs no race. */
const MEASURED: ReadonlySet<string> = new Set(['narrow-columns']);

/** Null when the rule does not apply. */
export function preview(
  sql: string,
  ruleId: string,
  parameters: Parameters,
  { sandbox, read, schema }: { sandbox: Sandbox; read: Reader; schema: Schema },
): PreviewText | null {
  const rule = PREVIEW_RULES.find((one) => one.id === ruleId);
  const typed = read(sql);
  if (!rule || !typed.ok) return null;
  const names = namesOf(sql, sandbox);
  if (!names || !checkRoundTrip(sql, typed.select, names, sandbox).pass) return null;
  const [rewrite] = rule.apply(typed.select, { schema, names });
  if (!rewrite) return null;
  const text = editorOf(typed)?.edit(rewrite.select, [], read).sql ?? printSelect(rewrite.select);
  const limit =
    typed.select.limit === null && rewrite.select.limit?.kind === 'literal' ? Number(rewrite.select.limit.text) : null;
  const plain = { sql: text, limit, countSql: `SELECT count(*) FROM (${printSelect(typed.select)})` };
  if (!MEASURED.has(ruleId)) return { ...plain, label: `Preview: ${rewrite.note}`, measurement: null };
  const measurement = measured(sandbox, sql, text, parameters);
  const gain = measurement && Number(measurement.ratioWarm.toPrecision(2));
  const told = gain === null ? '' : gain >= 1.1 ? `, ${gain} times as fast when measured` : ', no faster when measured';
  return { ...plain, label: `Preview: ${rewrite.note}${told}`, measurement };
}

/** Null where SQLite refuses the text: who runs it is told why. */
function namesOf(sql: string, sandbox: Sandbox): string[] | null {
  try {
    return sandbox.columnNames(sql);
  } catch {
    return null;
  }
}

function measured(sandbox: Sandbox, sql: string, text: string, parameters: Parameters): PreviewText['measurement'] {
  try {
    return race(sandbox, sql, text, parameters, RACE_BUDGET_MS, null).measurement;
  } catch {
    return null; // it takes longer than anybody should wait for a preview, or values are missing
  }
}
