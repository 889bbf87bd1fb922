/**
 * A text made safe for a parser that reads numbers as doubles, drops quotes and takes keywords for aliases: every name, literal and
 * parameter is replaced by a placeholder that carries the number of its token. The tree that comes back then points at the typed text,
 * byte for byte, and a placeholder that got lost, doubled or misplaced is noticed.
 */
import { foldCase, tokenize, type Token } from '../tokens.ts';
import { typeName } from './type-name.ts';

export interface Masked {
  /** The text for the parser. */
  text: string;
  tokens: readonly Token[];
  /** The typed text of a token. */
  typed(index: number): string;
  /** How many placeholders were set. */
  count: number;
  /** Typed text of a CAST's type by the number of its first token. */
  types: ReadonlyMap<number, string>;
}

/** Added to a token's number, so that no placeholder looks like a small literal. */
export const NUMBER_BASE = 1_000_000_000;

/** The masked text, or the reason why this text is not one readable SELECT. */
export function mask(sql: string): Masked | { reason: string } {
  const tokens = [...tokenize(sql)];
  while (tokens.length > 0 && textOf(sql, tokens.at(-1)) === ';') tokens.pop();
  const first = foldCase(textOf(sql, tokens[0]));
  if (first !== 'select' && first !== 'with') return { reason: 'it is not a SELECT' };

  const types = new Map<number, string>();
  const parts: string[] = [];
  let count = 0;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    if (!token) break;
    const text = textOf(sql, token);
    const word = token.kind === 'word' ? foldCase(text) : null;
    if (token.kind === 'illegal') return { reason: `SQLite cannot read ${JSON.stringify(text.slice(0, 20))}` };
    if (text === ';') return { reason: 'the text holds more than one statement' };
    if (word === 'as' && isCastAs(sql, tokens, index)) {
      const end = closingOf(sql, tokens, index);
      if (end === null) return { reason: 'a CAST is not closed' };
      types.set(index + 1, typeName(sql, tokens.slice(index + 1, end)));
      count++;
      parts.push(`AS VARCHAR(${NUMBER_BASE + index + 1})`);
      index = end - 1;
    } else if (word === 'all' && foldCase(textOf(sql, tokens[index - 1])) === 'select') {
      // SELECT ALL is SELECT.
    } else if (word === 'cross' && foldCase(textOf(sql, tokens[index + 1])) === 'join') {
      // Read as an inner join; the reader looks the keyword up before the table's name.
      parts.push('INNER');
    } else if (word !== null && (GRAMMAR.has(word) || isPlainAggregate(sql, tokens, index, word))) parts.push(text);
    else if (token.kind === 'operator') parts.push(text);
    else {
      count++;
      parts.push(placeholder(token, index));
    }
  }
  return { text: parts.join(' '), tokens, typed: (index) => textOf(sql, tokens[index]), count, types };
}

/** The token number behind a placeholder, or null for anything else. */
export function tokenOfPlaceholder(value: unknown): number | null {
  if (typeof value === 'number') {
    const index = Math.abs(value) - NUMBER_BASE;
    return Number.isInteger(index) && index >= 0 ? index : null;
  }
  if (typeof value !== 'string') return null;
  const found = /^[ns](\d+)_$/.exec(value);
  return found ? Number(found[1]) : null;
}

function placeholder(token: Token, index: number): string {
  switch (token.kind) {
    case 'integer':
    case 'real':
    case 'parameter':
      return String(NUMBER_BASE + index);
    case 'string':
    case 'blob':
      return `'s${index}_'`;
    default:
      return `n${index}_`;
  }
}

function textOf(sql: string, token: Token | undefined): string {
  return token ? sql.slice(token.start, token.end) : '';
}

/** The parser allows DISTINCT only in the aggregates that it knows by name. */
function isPlainAggregate(sql: string, tokens: readonly Token[], index: number, word: string): boolean {
  return AGGREGATES.has(word) && textOf(sql, tokens[index + 1]) === '(';
}

/** Whether the AS at `index` belongs to a CAST: the bracket that encloses it follows the word CAST. */
function isCastAs(sql: string, tokens: readonly Token[], index: number): boolean {
  for (let depth = 0, at = index - 1; at > 0; at--) {
    const text = textOf(sql, tokens[at]);
    if (text === ')') depth++;
    else if (text === '(' && depth-- === 0) return foldCase(textOf(sql, tokens[at - 1])) === 'cast';
  }
  return false;
}

/** The number of the bracket that closes the one around `index`. */
function closingOf(sql: string, tokens: readonly Token[], index: number): number | null {
  for (let depth = 0, at = index; at < tokens.length; at++) {
    const text = textOf(sql, tokens[at]);
    if (text === '(') depth++;
    else if (text === ')' && depth-- === 0) return at;
  }
  return null;
}

const AGGREGATES: ReadonlySet<string> = new Set(['count', 'sum', 'avg', 'min', 'max', 'group_concat']);

/** Words that stay as they are: those of the grammar. Every other word is a name. */
const GRAMMAR: ReadonlySet<string> = new Set(
  (
    'select distinct all as from join inner left outer cross natural right full on using where group by having order limit offset ' +
    'asc desc union intersect except with recursive materialized and or not in is null like glob regexp match between exists case when ' +
    'then else end cast collate escape isnull notnull true false values over partition filter window nulls indexed rows range groups ' +
    'current_date current_time current_timestamp'
  ).split(' '),
);
