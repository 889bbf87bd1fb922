/** Reads the values that a CHECK of the form `column IN (...)` allows from the CREATE TABLE statement. */
import { foldCase, identifierName, tokenize } from '../../../sql/tokens.ts';
import type { TableColumn } from './columns.ts';
import type { Constant } from './constants.ts';

/** Null when no CHECK lists them, and nothing but them. */
export function allowedValues({ table, column }: TableColumn): Constant[] | null {
  const { sql } = table;
  const texts = tokenize(sql).map(({ kind, start, end }) => ({ kind, text: sql.slice(start, end) }));
  const folded = texts.map(({ kind, text }) => (kind === 'word' ? foldCase(text) : text));
  for (let at = folded.indexOf('check'); at >= 0; at = folded.indexOf('check', at + 1)) {
    const name = texts[at + 2];
    if (folded[at + 1] !== '(' || folded[at + 3] !== 'in' || folded[at + 4] !== '(' || !name) continue;
    if (foldCase(identifierName(name.text)) !== foldCase(column.name)) continue;
    const values = listAt(texts, at + 5);
    if (values) return values;
  }
  return null;
}

/** `'a', 'b'))` */
function listAt(tokens: readonly { kind: string; text: string }[], from: number): Constant[] | null {
  const values: Constant[] = [];
  for (let at = from; ; at += 2) {
    const value = tokens[at];
    if (value?.kind === 'string') values.push(value.text.slice(1, -1).replaceAll("''", "'"));
    else if (value?.kind === 'integer' && /^\d{1,18}$/.test(value.text)) values.push(BigInt(value.text));
    else return null;
    const next = tokens[at + 1]?.text;
    if (next === ')') return tokens[at + 2]?.text === ')' ? values : null;
    if (next !== ',') return null;
  }
}
