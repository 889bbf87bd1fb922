/** Statements and parameters as SQLite's tokens show them. It judges nothing: what a statement means is asked of SQLite. */
import { tokenAt, type Token } from '../../sql/tokens.ts';

/** The first token at or after `from`, if there is one. */
export function firstToken(sql: string, from = 0): Token | undefined {
  return tokensOf(sql, from).next().value;
}

/** Tokens of `sql` from `from`, without white space and comments. Offsets are UTF-16 indices. */
export function* tokensOf(sql: string, from = 0): Generator<Token, undefined> {
  for (let at = from; at < sql.length;) {
    const token = tokenAt(sql, at);
    at = token.end;
    if (token.kind !== 'space' && token.kind !== 'comment') yield token;
  }
  return undefined;
}

export function isSemicolon(sql: string, token: Token): boolean {
  return token.kind === 'operator' && sql[token.start] === ';';
}

/**
 * End of the statement that begins at `from`: the index after its semicolon, or the text's length. A CREATE TRIGGER ends at
 * the semicolon after END (the state machine of `sqlite3_complete`, complete.c).
 */
export function statementEnd(sql: string, from: number): number {
  let words = 0;
  let trigger = false;
  let create = false;
  let previousWasEnd = false;
  let afterSemicolon = false;
  for (const token of tokensOf(sql, from)) {
    const word = token.kind === 'word' ? sql.slice(token.start, token.end).toUpperCase() : '';
    if (isSemicolon(sql, token)) {
      if (!trigger || previousWasEnd) return token.end;
      afterSemicolon = true;
      continue;
    }
    // CREATE [TEMP|TEMPORARY] TRIGGER, perhaps after EXPLAIN [QUERY PLAN].
    if (!trigger) {
      if (words === 0 || ['EXPLAIN', 'QUERY', 'PLAN'].includes(word)) create = word === 'CREATE';
      else if (create && word === 'TRIGGER') trigger = true;
      else if (create && word === 'CREATE') create = true;
      else if (create && word !== 'TEMP' && word !== 'TEMPORARY') create = false;
      if (!['EXPLAIN', 'QUERY', 'PLAN'].includes(word)) words++;
    }
    previousWasEnd = trigger && afterSemicolon && word === 'END';
    afterSemicolon = false;
  }
  return sql.length;
}

/** A parameter of one statement: SQLite's number for it, and how a person writes it. */
export interface Variable {
  index: number;
  /** `?`, `?3`, `:name`, `@name` or `$name`. */
  name: string;
  /** Where it first appears. */
  start: number;
  end: number;
}

/**
 * Parameters in order of first appearance, numbered as SQLite numbers them: `?` takes the highest number so far plus one,
 * `?N` is N, a name takes a new number at its first appearance.
 */
export function variablesOf(sql: string): Variable[] {
  const found: Variable[] = [];
  const named = new Map<string, number>();
  let highest = 0;
  for (const { kind, start, end } of tokensOf(sql)) {
    if (kind !== 'parameter') continue;
    const name = sql.slice(start, end);
    if (named.has(name)) continue;
    const index = name.length > 1 && name[0] === '?' ? Number(name.slice(1)) : highest + 1;
    if (name !== '?') named.set(name, index);
    highest = Math.max(highest, index);
    found.push({ index, name, start, end });
  }
  return found;
}
