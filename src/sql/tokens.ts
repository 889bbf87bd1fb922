/**
 * SQLite's tokenizer, rule for rule (tokenize.c of 3.46 and later), over UTF-16 indices.
 * It accepts whatever SQLite's accepts, oddities included: a comment may end with the text, `1_000` is a number, a lone `!` is not a token.
 */

export type TokenKind =
  /** Bare identifier or keyword; `isKeyword` tells them apart where it matters. */
  | 'word'
  /** `"x"`: an identifier, or a string where no such name exists. */
  | 'quoted'
  /** `[x]` */
  | 'bracket'
  /** `` `x` `` */
  | 'backtick'
  | 'string'
  | 'blob'
  | 'integer'
  | 'real'
  /** `?`, `?7`, `:name`, `@name`, `$name` (also `$ns::name(suffix)`). */
  | 'parameter'
  /** Operators and punctuation: `( ) , ; . + - * / % = == < <= << <> > >= >> != | || & ~ -> ->>`. */
  | 'operator'
  | 'space'
  | 'comment'
  /** What SQLite refuses: an unclosed quote, `12ab`, `x'1'`, a stray character. A NUL is one too: SQLite stops reading there. */
  | 'illegal';

/** `sql.slice(start, end)` is the token's text. */
export interface Token {
  kind: TokenKind;
  start: number;
  end: number;
}

/** The tokens that carry meaning: white space and comments are left out. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  for (let start = 0; start < sql.length;) {
    const token = tokenAt(sql, start);
    if (token.kind !== 'space' && token.kind !== 'comment') tokens.push(token);
    start = token.end;
  }
  return tokens;
}

/** The token that begins at `start` (below `sql.length`), white space and comments included. It is never empty. */
export function tokenAt(sql: string, start: number): Token {
  const code = sql.charCodeAt(start);
  if (isWordCode(code)) {
    if (isDigit(code)) return numberAt(sql, start);
    if (code === DOLLAR) return namedParameterAt(sql, start);
    if ((code === LOWER_X || code === UPPER_X) && sql.charCodeAt(start + 1) === QUOTE) return blobAt(sql, start);
    // A byte order mark counts as white space where a token could begin, as a letter inside of one.
    if (code === BYTE_ORDER_MARK) return { kind: 'space', start, end: start + 1 };
    return { kind: 'word', start, end: skipWord(sql, start + 1) };
  }
  switch (sql[start]) {
    case ' ':
    case '\t':
    case '\n':
    case '\f':
    case '\r':
      return { kind: 'space', start, end: skipSpace(sql, start + 1) };
    case "'":
      return quotedAt(sql, start, 'string');
    case '"':
      return quotedAt(sql, start, 'quoted');
    case '`':
      return quotedAt(sql, start, 'backtick');
    case '[': {
      const close = indexOfOrNul(sql, ']', start + 1);
      return close === null ? { kind: 'illegal', start, end: sql.length } : { kind: 'bracket', start, end: close + 1 };
    }
    case '?': {
      let end = start + 1;
      while (isDigit(sql.charCodeAt(end))) end++;
      return { kind: 'parameter', start, end };
    }
    case ':':
    case '@':
      return namedParameterAt(sql, start);
    case '.':
      return isDigit(sql.charCodeAt(start + 1)) ? numberAt(sql, start) : operator(start, 1);
    case '-':
      if (sql[start + 1] === '-') return { kind: 'comment', start, end: endOfLine(sql, start + 2) };
      if (sql[start + 1] === '>') return operator(start, sql[start + 2] === '>' ? 3 : 2);
      return operator(start, 1);
    case '/':
      // "/*" as the last two characters is a slash and a star.
      if (sql[start + 1] !== '*' || start + 2 >= sql.length) return operator(start, 1);
      return { kind: 'comment', start, end: endOfComment(sql, start + 2) };
    case '!':
      return sql[start + 1] === '=' ? operator(start, 2) : { kind: 'illegal', start, end: start + 1 };
    case '=':
      return operator(start, sql[start + 1] === '=' ? 2 : 1);
    case '<':
      return operator(start, /[=<>]/.test(sql[start + 1] ?? '') ? 2 : 1);
    case '>':
      return operator(start, /[=>]/.test(sql[start + 1] ?? '') ? 2 : 1);
    case '|':
      return operator(start, sql[start + 1] === '|' ? 2 : 1);
    case '(':
    case ')':
    case ',':
    case ';':
    case '+':
    case '*':
    case '%':
    case '&':
    case '~':
      return operator(start, 1);
    default:
      return { kind: 'illegal', start, end: start + 1 };
  }
}

/** Whether a bare word is one of SQLite's keywords, in any case. Many of them may still serve as names. */
export function isKeyword(word: string): boolean {
  return KEYWORDS.has(word.toLowerCase());
}

/** The name that a `word`, `quoted`, `bracket` or `backtick` token stands for, without its quotes. */
export function identifierName(text: string): string {
  const quote = text[0];
  if (quote === '[') return text.slice(1, -1);
  if (quote === '"' || quote === '`') return text.slice(1, -1).replaceAll(quote + quote, quote);
  return text;
}

/** ASCII letters to lower case and nothing else, as SQLite compares names. */
export function foldCase(text: string): string {
  // Most names are in lower case: asked for everywhere, so a look at each letter is worth it.
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= UPPER_A && code <= UPPER_Z) return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  }
  return text;
}

/** Whether `name` reads as a bare identifier: letters, digits, `_`, `$` and anything beyond ASCII, not beginning with a digit or `$`. */
export function isPlainName(name: string): boolean {
  return /^[A-Za-z_\u0080-\ufefe\uff00-\uffff][\w$\u0080-\uffff]*$/.test(name);
}

const QUOTE = 39;
const DOLLAR = 36;
const UPPER_A = 65;
const UPPER_X = 88;
const UPPER_Z = 90;
const LOWER_X = 120;
const UNDERSCORE = 95;
const BYTE_ORDER_MARK = 0xfeff;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isHexDigit(code: number): boolean {
  return isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}

/** Letters, digits, `_`, `$` and everything beyond ASCII. False beyond the end, where the code is NaN. */
function isWordCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === UNDERSCORE ||
    code === DOLLAR ||
    code >= 128
  );
}

function operator(start: number, length: number): Token {
  return { kind: 'operator', start, end: start + length };
}

function skipWord(sql: string, from: number): number {
  let end = from;
  while (isWordCode(sql.charCodeAt(end))) end++;
  return end;
}

/** A vertical tab continues white space, though it cannot begin it. */
function skipSpace(sql: string, from: number): number {
  let end = from;
  for (let code = sql.charCodeAt(end); code === 32 || (code >= 9 && code <= 13); code = sql.charCodeAt(end)) end++;
  return end;
}

/** Where `wanted` next stands, or null when the text, or a NUL, ends first. */
function indexOfOrNul(sql: string, wanted: string, from: number): number | null {
  const found = sql.indexOf(wanted, from);
  // Looked for in the token alone: to the end of the text it would be a search of all of it for each string of a script.
  return found < 0 || sql.slice(from, found).includes('\0') ? null : found;
}

function endOfLine(sql: string, from: number): number {
  const newline = sql.indexOf('\n', from);
  const end = newline < 0 ? sql.length : newline;
  const nul = sql.slice(from, end).indexOf('\0');
  return nul >= 0 ? from + nul : end;
}

/** `from` is after the opening, whose star does not close the comment. */
function endOfComment(sql: string, from: number): number {
  const close = indexOfOrNul(sql, '*/', from);
  if (close !== null) return close + 2;
  const nul = sql.indexOf('\0', from);
  return nul >= 0 ? nul : sql.length;
}

/** A doubled quote stands for itself. */
function quotedAt(sql: string, start: number, kind: TokenKind): Token {
  const quote = sql[start] ?? '';
  for (let from = start + 1; ;) {
    const close = indexOfOrNul(sql, quote, from);
    if (close === null) return { kind: 'illegal', start, end: sql.length };
    if (sql[close + 1] !== quote) return { kind, start, end: close + 1 };
    from = close + 2;
  }
}

/** An even number of hex digits between the quotes; else all up to the closing quote is refused. */
function blobAt(sql: string, start: number): Token {
  let end = start + 2;
  while (isHexDigit(sql.charCodeAt(end))) end++;
  if (sql.charCodeAt(end) === QUOTE && (end - start) % 2 === 0) return { kind: 'blob', start, end: end + 1 };
  const close = indexOfOrNul(sql, "'", end);
  return { kind: 'illegal', start, end: close === null ? sql.length : close + 1 };
}

/** Digits may be separated by `_` (SQLite's parser checks where); a letter straight after a number spoils it. */
function numberAt(sql: string, start: number): Token {
  let kind: TokenKind = 'integer';
  let end = start;
  const second = sql.charCodeAt(start + 1);
  if (
    sql.charCodeAt(start) === 48 &&
    (second === LOWER_X || second === UPPER_X) &&
    isHexDigit(sql.charCodeAt(start + 2))
  ) {
    end += 3;
    while (isHexDigit(sql.charCodeAt(end)) || sql.charCodeAt(end) === UNDERSCORE) end++;
  } else {
    end = skipDigits(sql, end);
    if (sql[end] === '.') {
      kind = 'real';
      end = skipDigits(sql, end + 1);
    }
    if (sql[end] === 'e' || sql[end] === 'E') {
      const signed = sql[end + 1] === '+' || sql[end + 1] === '-' ? 1 : 0;
      if (isDigit(sql.charCodeAt(end + 1 + signed))) {
        kind = 'real';
        end = skipDigits(sql, end + 2 + signed);
      }
    }
  }
  if (!isWordCode(sql.charCodeAt(end))) return { kind, start, end };
  return { kind: 'illegal', start, end: skipWord(sql, end) };
}

function skipDigits(sql: string, from: number): number {
  let end = from;
  while (isDigit(sql.charCodeAt(end)) || sql.charCodeAt(end) === UNDERSCORE) end++;
  return end;
}

/** `$ns::name(suffix)` is Tcl's way; SQLite takes it after `:` and `@` too. */
function namedParameterAt(sql: string, start: number): Token {
  let letters = 0;
  let end = start + 1;
  for (; ; end++) {
    if (isWordCode(sql.charCodeAt(end))) letters++;
    else if (sql[end] === '(' && letters > 0) {
      do end++;
      while (end < sql.length && !/[\t-\r )\0]/.test(sql[end] ?? ''));
      if (sql[end] !== ')') return { kind: 'illegal', start, end };
      end++;
      break;
    } else if (sql[end] === ':' && sql[end + 1] === ':') end++;
    else break;
  }
  return { kind: letters > 0 ? 'parameter' : 'illegal', start, end };
}

const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'abort action add after all alter always analyze and as asc attach autoincrement before begin between by cascade case cast check ' +
    'collate column commit conflict constraint create cross current current_date current_time current_timestamp database default ' +
    'deferrable deferred delete desc detach distinct do drop each else end escape except exclude exclusive exists explain fail filter ' +
    'first following for foreign from full generated glob group groups having if ignore immediate in index indexed initially inner insert ' +
    'instead intersect into is isnull join key last left like limit match materialized natural no not nothing notnull null nulls of offset ' +
    'on or order others outer over partition plan pragma preceding primary query raise range recursive references regexp reindex release ' +
    'rename replace restrict returning right rollback row rows savepoint select set table temp temporary then ties to transaction trigger ' +
    'unbounded union unique update using vacuum values view virtual when where window with within without'
  ).split(' '),
);
