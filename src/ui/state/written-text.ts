/** What a script wrote, in a few words: `1,204 rows deleted`. Pure. */
import type { QueryOutcome } from '../../engine/protocol.ts';
import { formatRows } from '../format.ts';

const VERBS: Readonly<Record<string, string>> = {
  INSERT: 'inserted',
  REPLACE: 'inserted',
  DELETE: 'deleted',
  UPDATE: 'changed',
};

type Written = Pick<QueryOutcome, 'sql' | 'kind' | 'durability' | 'work'>;

/** Only what was kept counts: a statement that was rolled back has no durability. */
export function writtenText(outcomes: readonly Written[]): string {
  const kept = outcomes.filter((outcome) => outcome.durability !== null);
  const writes = kept.filter((outcome) => outcome.kind === 'write');
  const others = kept.length - writes.length;
  if (writes.length === 0) return others > 0 ? 'The schema was changed' : 'The data was changed';
  const rows = writes.reduce((sum, outcome) => sum + outcome.work.rowsChanged, 0);
  const verbs = new Set(writes.map(({ sql }) => VERBS[firstWord(sql)] ?? 'changed'));
  const verb = verbs.size === 1 ? [...verbs][0] : 'written';
  return `${formatRows(rows)} ${verb}${others > 0 ? ', the schema was changed' : ''}`;
}

/** Past comments; a WITH in front leaves the verb to the words after it, which only a parser could tell. */
function firstWord(sql: string): string {
  const [, word = ''] = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/)*(\w+)/.exec(sql) ?? [];
  return word.toUpperCase();
}
