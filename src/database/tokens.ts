/**
 * Just enough of SQLite's tokenizer (tokenize.c) to see words, parameters and statement ends outside strings and comments.
 * It judges nothing: what a statement means is asked of SQLite.
 */

export type TokenType = 'word' | 'quoted' | 'variable' | 'semicolon' | 'other';

export interface Token {
  type: TokenType;
  start: number;
  end: number;
}

const isDigit = (char: string): boolean => char >= '0' && char <= '9';
/** SQLite's IdChar: letters, digits, `_`, `$` and everything outside ASCII. */
const isWordChar = (char: string | undefined): boolean =>
  char !== undefined &&
  ((char >= 'a' && char <= 'z') ||
    (char >= 'A' && char <= 'Z') ||
    isDigit(char) ||
    char === '_' ||
    char === '$' ||
    char > '\x7f');

/** The first token at or after `from`, if there is one. */
export function firstToken(sql: string, from = 0): Token | undefined {
  return tokensOf(sql, from).next().value;
}

/** Tokens of `sql` from `from`, without white space and comments. Offsets are UTF-16 indices. */
export function* tokensOf(sql: string, from = 0): Generator<Token, undefined> {
  let at = from;
  while (at < sql.length) {
    const char = sql[at];
    const next = sql[at + 1];
    if (' \t\n\f\r'.includes(char) || char === '\ufeff') {
      at++;
      continue;
    }
    if (char === '-' && next === '-') {
      const end = sql.indexOf('\n', at);
      at = end < 0 ? sql.length : end + 1;
      continue;
    }
    if (char === '/' && next === '*') {
      const end = sql.indexOf('*/', at + 2);
      at = end < 0 ? sql.length : end + 2;
      continue;
    }
    const token = readToken(sql, at);
    yield token;
    at = token.end;
  }
  return undefined;
}

function readToken(sql: string, start: number): Token {
  const char = sql[start];
  if (char === ';') return { type: 'semicolon', start, end: start + 1 };
  if (char === "'" || char === '"' || char === '`') return { type: 'quoted', start, end: quoteEnd(sql, start, char) };
  if (char === '[') {
    const end = sql.indexOf(']', start);
    return { type: 'quoted', start, end: end < 0 ? sql.length : end + 1 };
  }
  if (char === '?') {
    let end = start + 1;
    while (end < sql.length && isDigit(sql[end])) end++;
    return { type: 'variable', start, end };
  }
  if (char === ':' || char === '@' || char === '$' || char === '#') {
    const end = namedVariableEnd(sql, start);
    return { type: end > start + 1 ? 'variable' : 'other', start, end };
  }
  if (isWordChar(char)) {
    if ((char === 'x' || char === 'X') && sql[start + 1] === "'") {
      return { type: 'quoted', start, end: quoteEnd(sql, start + 1, "'") };
    }
    let end = start + 1;
    while (isWordChar(sql[end])) end++;
    return { type: 'word', start, end };
  }
  return { type: 'other', start, end: start + 1 };
}

function quoteEnd(sql: string, start: number, quote: string): number {
  let at = start + 1;
  for (;;) {
    const end = sql.indexOf(quote, at);
    if (end < 0) return sql.length;
    if (sql[end + 1] !== quote) return end + 1;
    at = end + 2;
  }
}

/** `:name`, `@name`, `$name`, with Tcl's `::` and a `(...)` suffix, as SQLite reads them. */
function namedVariableEnd(sql: string, start: number): number {
  let at = start + 1;
  let letters = 0;
  for (;;) {
    if (isWordChar(sql[at])) {
      letters++;
      at++;
    } else if (sql[at] === '(' && letters > 0) {
      const close = sql.slice(at).search(/[\s)]/);
      return close >= 0 && sql[at + close] === ')' ? at + close + 1 : at;
    } else if (sql[at] === ':' && sql[at + 1] === ':') {
      at += 2;
    } else {
      return at;
    }
  }
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
    const word = token.type === 'word' ? sql.slice(token.start, token.end).toUpperCase() : '';
    if (token.type === 'semicolon') {
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
  for (const { type, start, end } of tokensOf(sql)) {
    if (type !== 'variable') continue;
    const name = sql.slice(start, end);
    if (named.has(name)) continue;
    const index = name.length > 1 && name[0] === '?' ? Number(name.slice(1)) : highest + 1;
    if (name !== '?') named.set(name, index);
    highest = Math.max(highest, index);
    found.push({ index, name, start, end });
  }
  return found;
}
