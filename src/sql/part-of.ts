/**
 * Texts whose answer is a part of another text's answer: the same query without its LIMIT, or with more columns. This is
 * how they are written alone; that both meet the same rows in the same order is asked of SQLite.
 */
import { canonicalText } from './fingerprint.ts';
import { foldCase, identifierName, isKeyword, tokenize, type Token } from './tokens.ts';

/** A whole number as written, or the place in the text of a parameter that holds it. */
export type LimitValue = { literal: number } | { parameterAt: number };

/** `SELECT ... LIMIT n OFFSET m`, `LIMIT m, n` too, taken apart; null for a text without, or with another expression there. */
export function withoutLimit(sql: string): { whole: string; limit: LimitValue; offset: LimitValue | null } | null {
  const tokens = statementTokens(sql);
  let depth = 0;
  let at = tokens.length;
  for (const [index, token] of tokens.entries()) {
    depth += depthOf(sql, token);
    if (depth === 0 && token.kind === 'word' && wordOf(sql, token) === 'limit') at = index;
  }
  const [word, first, separator, second, ...rest] = tokens.slice(at);
  if (!word || !first || rest.length > 0) return null;
  const whole = sql.slice(0, word.start);
  const limit = limitValue(sql, first);
  if (!separator) return limit && { whole, limit, offset: null };
  const other = second ? limitValue(sql, second) : null;
  if (!limit || !other) return null;
  const between = wordOf(sql, separator);
  if (between === 'offset') return { whole, limit, offset: other };
  return between === ',' ? { whole, limit: other, offset: limit } : null;
}

/** The columns of a SELECT that names plain columns alone, or takes all of its only table, and what follows them. */
export interface PlainColumns {
  /** Names with their qualifiers in canonical form; null for `*`. */
  names: readonly string[] | null;
  /** From FROM on, in canonical form: texts that share it differ in their columns alone. */
  rest: string;
  /** One table and nothing else stands behind FROM. */
  hasOneTable: boolean;
}

/** Null for every SELECT in which leaving columns out could change rows, or whose columns are not plain names. */
export function plainColumns(sql: string): PlainColumns | null {
  const tokens = statementTokens(sql);
  if (tokens.length === 0 || wordOf(sql, tokens[0]) !== 'select') return null;
  const names: string[] = [];
  let at = 1;
  for (; ; at++) {
    const parts: string[] = [];
    for (; at < tokens.length && isNamePart(sql, tokens[at], parts.length); at++) parts.push(partOf(sql, tokens[at]));
    names.push(parts.join(''));
    const next = tokens[at] && wordOf(sql, tokens[at]);
    if (parts.length !== 1 && parts.length !== 3) return null;
    if (next === 'from') break;
    if (next !== ',') return null;
  }
  const rest = tokens.slice(at);
  if (rest.some((token) => token.kind === 'word' && CHANGES_ROWS.has(wordOf(sql, token)))) return null;
  if (ordersByNumber(sql, rest)) return null;
  const isAll = names.length === 1 && names[0] === '*';
  if (!isAll && names.some((name) => name.includes('*'))) return null;
  return {
    names: isAll ? null : names,
    rest: canonicalText(sql.slice(tokens[at].start)),
    hasOneTable: readsOneTable(sql, rest),
  };
}

/** Where each of `wanted` stands among `held`, whose result has the columns `columnNames`; null when one is not surely there. */
export function columnsWithin(
  wanted: PlainColumns,
  held: PlainColumns,
  columnNames: readonly string[],
): number[] | null {
  if (wanted.names === null || wanted.rest !== held.rest) return null;
  const places = wanted.names.map((name) => {
    if (held.names) return held.names.indexOf(name);
    if (!held.hasOneTable) return -1;
    const last = foldCase(identifierName(name.slice(name.lastIndexOf('.') + 1)));
    const found = columnNames.flatMap((one, index) => (foldCase(one) === last ? [index] : []));
    return found.length === 1 ? found[0] : -1;
  });
  return places.includes(-1) ? null : places;
}

/** Where one of these stands, columns and rows hang together, or the text holds another query. */
const CHANGES_ROWS = new Set(
  'select values union except intersect group having window over limit returning with natural using'.split(' '),
);
/** What may follow the only table and its alias. */
const AFTER_TABLE = new Set(['where', 'order']);

function statementTokens(sql: string): Token[] {
  const tokens = tokenize(sql);
  while (tokens.length > 0 && sql[tokens.at(-1)?.start ?? 0] === ';') tokens.pop();
  return tokens.some(({ kind }) => kind === 'illegal') ? [] : tokens;
}

function wordOf(sql: string, { start, end }: Token): string {
  return foldCase(sql.slice(start, end));
}

function depthOf(sql: string, { start, kind }: Token): number {
  if (kind !== 'operator') return 0;
  return sql[start] === '(' ? 1 : sql[start] === ')' ? -1 : 0;
}

function limitValue(sql: string, token: Token): LimitValue | null {
  const text = sql.slice(token.start, token.end);
  if (token.kind === 'parameter') return { parameterAt: token.start };
  return token.kind === 'integer' && /^\d{1,9}$/.test(text) ? { literal: Number(text) } : null;
}

/** A name, or at odd places the dot between two. */
function isNamePart(sql: string, token: Token, place: number): boolean {
  const text = wordOf(sql, token);
  if (place % 2 === 1) return text === '.';
  if (token.kind === 'word') return !isKeyword(text) && text !== 'true' && text !== 'false';
  return token.kind === 'quoted' || token.kind === 'bracket' || token.kind === 'backtick' || text === '*';
}

/** A quoted name stays quoted: it may be a string. */
function partOf(sql: string, token: Token): string {
  return token.kind === 'quoted' ? sql.slice(token.start, token.end) : canonicalText(sql.slice(token.start, token.end));
}

/** ORDER BY 2 means another column where others stand before it. */
function ordersByNumber(sql: string, tokens: readonly Token[]): boolean {
  const order = tokens.findIndex((token) => token.kind === 'word' && wordOf(sql, token) === 'order');
  if (order < 0) return false;
  return tokens.slice(order).some(({ kind }) => kind === 'integer');
}

function readsOneTable(sql: string, [, table, ...after]: readonly Token[]): boolean {
  if (!table || depthOf(sql, table) !== 0) return false;
  const words = after.map((token) => wordOf(sql, token));
  if (words[0] === 'as') words.splice(0, 2);
  else if (after[0] && after[0].kind !== 'operator' && !isKeyword(words[0])) words.shift();
  return words.length === 0 || AFTER_TABLE.has(words[0]);
}
