/** Which tables stand behind a name. */
import type { Schema } from '../sql/schema.ts';
import { foldCase, identifierName, tokenize } from '../sql/tokens.ts';

/** The table itself, or what a view's text names, views within views included. */
export function tablesBehind(name: string, schema: Schema, seen = new Set<string>()): Set<string> {
  const folded = foldCase(name);
  const found = schema.table(name);
  if (!found || seen.has(folded)) return seen;
  seen.add(folded);
  if (found.kind !== 'view') return seen;
  for (const token of tokenize(found.sql)) {
    if (/^(word|quoted|bracket|backtick)$/.test(token.kind)) {
      tablesBehind(identifierName(found.sql.slice(token.start, token.end)), schema, seen);
    }
  }
  return seen;
}

/** The tables of which the rows are read when these tables and views are. */
export function tablesRead(names: Iterable<string>, schema: Schema): string[] {
  const read = new Set<string>();
  for (const name of names)
    for (const behind of tablesBehind(name, schema)) {
      const found = schema.table(behind);
      if (found && found.kind !== 'view') read.add(found.name);
    }
  return [...read];
}
