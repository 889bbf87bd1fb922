/**
 * Two shorter forms of a statement's text: `canonicalText` keeps the meaning (for cache keys), `fingerprint` keeps the shape
 * (for statistics per statement).
 */
import { foldCase, identifierName, isKeyword, isPlainName, tokenize, type Token } from './tokens.ts';

/**
 * Texts with the same canonical text mean the same to SQLite, names of result columns apart; the converse does not hold.
 * Comments, white space, the case of keywords and names, `[x]` and `` `x` `` around plain names, `==` and `<>`, and closing semicolons do not
 * count. Literals and parameters stay as typed. `"x"` stays quoted, for it is a string where no such name exists.
 * A text with a token that SQLite refuses is returned as it is.
 */
export function canonicalText(sql: string): string {
  const parts: string[] = [];
  let selects = 0;
  let quotedNames = 0;
  for (const token of tokenize(sql)) {
    if (token.kind === 'illegal') return sql;
    const part = canonicalToken(sql, token);
    if (part === 'select' || part === 'values') selects++;
    if (isQuotedName(part)) quotedNames++;
    parts.push(part);
  }
  // An unaliased expression of a subquery is named by its text, spaces and comments included: in SELECT "a+b" FROM (SELECT a+b FROM t)
  // the outer name would become a string if the inner text were respaced. A quoted name is needed to reach such a column.
  if (selects > 1 && quotedNames > 0) return trimStatement(sql);
  while (parts.at(-1) === ';') parts.pop();
  return parts.join(' ');
}

/** The statement's shape: literals and parameters become `?`, IN lists of them `in (?)`; one space between words, names and keywords in lower case. */
export function fingerprint(sql: string): string {
  const parts: string[] = [];
  for (const token of tokenize(sql)) {
    const isValue =
      token.kind === 'parameter' ||
      token.kind === 'string' ||
      token.kind === 'blob' ||
      token.kind === 'integer' ||
      token.kind === 'real';
    if (isValue && parts.at(-1) === ',' && parts.at(-2) === '?' && isInList(parts)) parts.pop();
    else
      parts.push(
        isValue ? '?' : token.kind === 'illegal' ? sql.slice(token.start, token.end) : canonicalToken(sql, token),
      );
  }
  while (parts.at(-1) === ';') parts.pop();
  return layOut(parts);
}

function canonicalToken(sql: string, token: Token): string {
  const text = sql.slice(token.start, token.end);
  if (token.kind === 'word') return foldCase(text);
  if (token.kind === 'operator') return text === '==' ? '=' : text === '<>' ? '!=' : text;
  if (token.kind === 'bracket' || token.kind === 'backtick') {
    const name = foldCase(identifierName(text));
    return canBeBare(name) ? name : '`' + name.replaceAll('`', '``') + '`';
  }
  return text;
}

/** A quoted `true` is a column, a bare one is 1; a quoted keyword is a name, a bare one may not be. */
function canBeBare(name: string): boolean {
  return isPlainName(name) && !isKeyword(name) && name !== 'true' && name !== 'false';
}

function isQuotedName(part: string): boolean {
  return part[0] === '"' || part[0] === '`';
}

/** Without the white space, comments and semicolons around it. */
function trimStatement(sql: string): string {
  const tokens = tokenize(sql);
  while (tokens.length > 0 && sql[tokens.at(-1)?.start ?? 0] === ';') tokens.pop();
  return sql.slice(tokens[0]?.start ?? 0, tokens.at(-1)?.end ?? 0);
}

/** Whether `parts` ends with `in ( ? ,`. */
function isInList(parts: string[]): boolean {
  return parts.at(-3) === '(' && parts.at(-4) === 'in';
}

function layOut(parts: string[]): string {
  let text = '';
  let previous = '';
  for (const part of parts) {
    const joins =
      previous === '' ||
      previous === '(' ||
      previous === '.' ||
      part === ')' ||
      part === ',' ||
      part === '.' ||
      part === ';' ||
      (part === '(' && /[\w"`]$/.test(previous) && !isKeyword(previous));
    text += joins ? part : ` ${part}`;
    previous = part;
  }
  return text;
}
