/**
 * Conditions joined by AND, and values of an IN list, in one order: `b = 2 AND a = 1` means what `a = 1 AND b = 2` means, though SQLite
 * makes another program of it. Only where the order can matter to no row: no LIMIT, no aggregate but count, no DISTINCT, no
 * window, and nothing among the conditions that could fail or change.
 */
import { canonicalText } from '../../sql/fingerprint.ts';
import { foldCase, type TokenKind } from '../../sql/tokens.ts';
import { tokensOf, variablesOf } from './tokens.ts';

/** Longer texts are lists that a program wrote: it writes them the same way each time. */
const LENGTH_MAX = 20_000;

/** With one of these, the order in which rows are met, or how often, may show in the result. */
const ORDER_MATTERS = new Set(
  'limit group having over window union except intersect values with distinct case raise returning filter'.split(' '),
);
/** Keywords before a parenthesis that is no call. */
const NO_CALL = new Set([
  'in',
  'and',
  'or',
  'not',
  'where',
  'on',
  'between',
  'from',
  'by',
  'is',
  'like',
  'cast',
  'using',
]);
const MAY_FAIL = new Set(['match', 'regexp', 'glob', '||', '->', '->>', 'exists', 'escape']);
const LITERALS: ReadonlySet<TokenKind> = new Set(['integer', 'string', 'blob']);

interface Part {
  kind: TokenKind;
  text: string;
}

/** The query in its settled order; the text itself where there is nothing to settle. */
export function settledOrder(sql: string): string {
  if (sql.length > LENGTH_MAX || !/\band\b|\bin\b/i.test(sql)) return sql;
  const parts = partsOf(sql);
  if (!isOrderless(parts)) return sql;
  const lists = withSortedLists(parts);
  const where = lists.findIndex((part) => isWord(part, 'where'));
  if (where < 0) return sql;
  const order = lists.findIndex((part) => isWord(part, 'order'));
  const end = order < 0 ? lists.length : order;
  const conditions = conjuncts(lists.slice(where + 1, end));
  const sorted = conditions && conditions.map(written).sort(byCode);
  const settled = sorted
    ? [written(lists.slice(0, where + 1)), sorted.join(' and '), written(lists.slice(end))].join(' ').trimEnd()
    : written(lists);
  return settled === written(parts) ? sql : settled;
}

/** Parameters by their numbers, which their places must not change. */
function partsOf(sql: string): Part[] {
  const variables = variablesOf(sql);
  const parts = Array.from(tokensOf(sql), ({ kind, start, end }): Part => {
    const text = sql.slice(start, end);
    if (kind === 'word') return { kind, text: foldCase(text) };
    if (kind !== 'parameter') return { kind, text: kind === 'operator' ? canonicalText(text) || text : text };
    const variable = variables.find((one) => (text === '?' ? one.start === start : one.name === text));
    return { kind, text: `?${variable?.index ?? 0}` };
  });
  while (parts.at(-1)?.text === ';') parts.pop();
  return parts;
}

function isOrderless(parts: readonly Part[]): boolean {
  if (!parts[0] || !isWord(parts[0], 'select') || parts.filter((part) => isWord(part, 'select')).length > 1)
    return false;
  return parts.every((part, at) => {
    const { kind, text } = part;
    if (kind === 'illegal') return false;
    const opens = parts[at + 1]?.text === '(';
    if (kind !== 'word') return !MAY_FAIL.has(text) && !(opens && kind !== 'operator');
    if (ORDER_MATTERS.has(text) || MAY_FAIL.has(text)) return false;
    // A pattern that is too long fails; one that stands in the text is not.
    if (text === 'like') return parts[at + 1]?.kind === 'string';
    return !opens || NO_CALL.has(text) || text === 'count';
  });
}

function isWord({ kind, text }: Part, word: string): boolean {
  return kind === 'word' && text === word;
}

/** Each `IN (literals)` sorted, every literal once. */
function withSortedLists(parts: readonly Part[]): Part[] {
  const sorted: Part[] = [];
  for (let at = 0; at < parts.length; at++) {
    sorted.push(parts[at]);
    const close = isWord(parts[at], 'in') && parts[at + 1]?.text === '(' ? literalsEnd(parts, at + 2) : -1;
    if (close < 0) continue;
    const items = written(parts.slice(at + 2, close)).split(' , ');
    // A string may hold the separator: then the list stays as it is.
    if (items.length !== parts.slice(at + 2, close).filter(({ text }) => text === ',').length + 1) continue;
    sorted.push(parts[at + 1], { kind: 'operator', text: [...new Set(items)].sort(byCode).join(' , ') });
    at = close - 1;
  }
  return sorted;
}

/** The index of the parenthesis that ends a list of literals from `at` on; -1 when something else is in it. */
function literalsEnd(parts: readonly Part[], at: number): number {
  for (let next = at; next < parts.length; next += 2) {
    if (parts[next].text === '-') next++;
    const { kind, text } = parts[next] ?? { kind: 'illegal', text: '' };
    if (!LITERALS.has(kind) && !(kind === 'word' && text === 'null')) return -1;
    if (parts[next + 1]?.text === ')') return next + 1;
    if (parts[next + 1]?.text !== ',') return -1;
  }
  return -1;
}

/** Conditions joined by AND at the top; null where OR stands beside them. */
function conjuncts(parts: readonly Part[]): Part[][] | null {
  const found: Part[][] = [[]];
  let depth = 0;
  let inBetween = false;
  for (const part of parts) {
    if (part.text === '(') depth++;
    else if (part.text === ')') depth--;
    if (depth === 0 && isWord(part, 'or')) return null;
    if (depth === 0 && isWord(part, 'between')) inBetween = true;
    else if (depth === 0 && isWord(part, 'and')) {
      if (!inBetween) {
        found.push([]);
        continue;
      }
      inBetween = false;
    }
    found.at(-1)?.push(part);
  }
  return found;
}

function written(parts: readonly Part[]): string {
  return parts.map(({ text }) => text).join(' ');
}

function byCode(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
