/**
 * The catalogue's examples of a rule with a few tokens changed, as mutating fuzzers change inputs (Squirrel, Zhong et al. 2020): near what the
 * rule looks for, and often just beside it. A text that SQLite refuses is drawn again.
 */
import type { Random } from '../src/core/ports.ts';
import type { Schema } from '../src/sql/schema.ts';
import { foldCase, tokenize, type Token } from '../src/sql/tokens.ts';
import { chance, oneOf } from './generated-parts.ts';

const TRIES = 12;
const COMPARISONS = ['=', '<>', '<', '<=', '>', '>=', 'IS', 'IS NOT'];

export function mutated(sql: string, schema: Schema, accepts: (sql: string) => boolean, random: Random): string {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    let text = sql;
    for (let count = random.below(4); count > 0; count--) text = mutatedOnce(text, schema, random);
    if (text === sql || accepts(text)) return text;
  }
  return sql;
}

function mutatedOnce(sql: string, schema: Schema, random: Random): string {
  const tokens = tokenize(sql);
  const at = random.below(tokens.length);
  const token = tokens[at];
  if (!token) return sql;
  const put = (text: string): string => sql.slice(0, token.start) + text + sql.slice(token.end);
  const text = sql.slice(token.start, token.end);
  const word = token.kind === 'word' ? foldCase(text) : '';
  if (token.kind === 'integer') return put(oneOf(['0', '1', '2', '3', '5', text], random));
  if (token.kind === 'string') return put(oneOf(["'a'", "'b'", "'A'", "'1'", "''", text], random));
  if (/^(=|==|<>|!=|<|<=|>|>=)$/.test(text)) return put(` ${oneOf(COMPARISONS, random)} `);
  if (word === 'and' && !isAfterBetween(tokens, at, sql)) return put('OR');
  if (word === 'or') return put('AND');
  if (word === 'where') return put(oneOf(['WHERE NOT', 'WHERE 1 AND', 'WHERE 0 OR'], random));
  if (word === 'exists') return put('NOT EXISTS');
  if (word === 'join') return put(oneOf(['JOIN', 'LEFT JOIN'], random));
  if (word === 'select' && at === 0 && chance(2, random)) return put('SELECT DISTINCT');
  if (word === 'in') return put('NOT IN');
  const columns = schema.tables.flatMap((table) => table.columns.map((column) => column.name));
  if (columns.some((name) => foldCase(name) === word)) return put(oneOf(columns, random));
  return sql;
}

function isAfterBetween(tokens: readonly Token[], at: number, sql: string): boolean {
  return tokens
    .slice(Math.max(0, at - 4), at)
    .some((token) => foldCase(sql.slice(token.start, token.end)) === 'between');
}
