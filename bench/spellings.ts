/**
 * Other texts for a query: such as mean the same, as other people would type them, and such as mean something else by one token. The
 * first should share an entry of the cache; of the second none may, unless its rows are the same all the same.
 */
import type { Random } from '../src/core/ports.ts';
import { foldCase, isKeyword, tokenAt, type Token } from '../src/sql/tokens.ts';

/** Names of tables and columns, folded. */
export interface Names {
  tables: ReadonlySet<string>;
  columns: ReadonlySet<string>;
}

export const SPELLINGS = ['case', 'space', 'comments', 'quotes', 'aliases', 'order'] as const;
export type Spelling = (typeof SPELLINGS)[number];

type Part = Pick<Token, 'kind'> & { text: string; folded: string };

/** The query in another spelling of this kind; null where there is nothing to spell otherwise. */
export function spelled(sql: string, kind: Spelling, names: Names, random: Random): string | null {
  const parts = partsOf(sql);
  const other = WRITERS[kind](parts, names, random);
  const text = other?.map((part) => part.text).join('') ?? sql;
  return text === sql ? null : text;
}

/** The query with one token replaced, taken out or put in; null where no token offers itself. It may not compile. */
export function altered(sql: string, names: Names, random: Random): string | null {
  const parts = partsOf(sql);
  const columns = [...names.columns];
  for (let tries = 0; tries < 20; tries++) {
    const at = random.below(parts.length);
    const { kind, text, folded } = parts[at];
    let other: string | undefined;
    if (kind === 'integer') other = String(Number(text) + 1);
    else if (kind === 'real') other = `${text}1`;
    else if (kind === 'string') other = random.below(2) === 0 ? `${text.slice(0, -1)}x'` : text.toUpperCase();
    else if (kind === 'operator') other = OTHER_OPERATORS[text];
    else if (kind === 'word' && Object.hasOwn(OTHER_WORDS, folded)) other = OTHER_WORDS[folded];
    else if (kind === 'word' && names.columns.has(folded)) other = columns[random.below(columns.length)];
    if (other === undefined || other === text) continue;
    return parts.map((part, index) => (index === at ? other : part.text)).join('');
  }
  return null;
}

const OTHER_OPERATORS: Readonly<Record<string, string>> = {
  '=': '<>',
  '<>': '=',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '+': '-',
  '-': '+',
  '/': '*',
};
const OTHER_WORDS: Readonly<Record<string, string>> = {
  and: 'OR',
  or: 'AND',
  asc: 'DESC',
  desc: 'ASC',
  min: 'max',
  max: 'min',
  sum: 'avg',
  avg: 'total',
  count: 'sum',
  distinct: '',
  union: 'EXCEPT',
  except: 'INTERSECT',
  intersect: 'UNION',
  all: '',
  is: 'IS NOT',
  not: '',
  in: 'NOT IN',
  left: 'INNER',
  null: '0',
  limit: 'LIMIT 1 +',
  integer: 'TEXT',
  text: 'BLOB',
};

type Writer = (parts: readonly Part[], names: Names, random: Random) => Part[] | null;

const WRITERS: Record<Spelling, Writer> = {
  case: (parts) => parts.map((part) => (part.kind === 'word' ? written(part, swapCase(part.text)) : part)),
  space: (parts, _names, random) =>
    parts.map((part) => {
      if (part.kind === 'space') return written(part, [' ', '  ', '\n\t', '\r\n'][random.below(4)]);
      return '(),='.includes(part.text) && part.kind === 'operator' ? written(part, ` ${part.text} `) : part;
    }),
  comments: (parts, _names, random) =>
    parts.map((part) =>
      part.kind === 'space' ? written(part, [' /* a, b */ ', ' -- it is so\n', ' '][random.below(3)]) : part,
    ),
  quotes: (parts, { tables, columns }, random) =>
    parts.map((part, at) => {
      const isName =
        part.kind === 'word' && !isKeyword(part.text) && (tables.has(part.folded) || columns.has(part.folded));
      if (!isName || next(parts, at)?.text === '(') return part;
      const quotes = [`"${part.text}"`, `[${part.text}]`, `\`${part.text}\``];
      return written(part, quotes[random.below(quotes.length)]);
    }),
  aliases: (parts, names) => {
    const aliases = aliasesOf(parts, names);
    if (aliases.size === 0) return null;
    return parts.map((part) =>
      part.kind === 'word' && aliases.has(part.folded) ? written(part, `other_${part.text}`) : part,
    );
  },
  order: reordered,
};

function partsOf(sql: string): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < sql.length;) {
    const { kind, end } = tokenAt(sql, at);
    const text = sql.slice(at, end);
    parts.push({ kind, text, folded: foldCase(text) });
    at = end;
  }
  return parts;
}

function written(part: Part, text: string): Part {
  return { ...part, text };
}

function swapCase(text: string): string {
  const lower = text.toLowerCase();
  return text === lower ? text.toUpperCase() : lower;
}

const isMeant = ({ kind }: Part): boolean => kind !== 'space' && kind !== 'comment';

function next(parts: readonly Part[], at: number): Part | undefined {
  return parts.slice(at + 1).find(isMeant);
}

/** Words that name a table or a column for this query alone. */
function aliasesOf(parts: readonly Part[], { tables, columns }: Names): Set<string> {
  const meant = parts.filter(isMeant);
  const found = new Set<string>();
  /** Words before the parentheses that are open. */
  const openers: string[] = [];
  for (const [at, { kind, text, folded }] of meant.entries()) {
    if (text === '(') openers.push(meant[at - 1]?.folded ?? '');
    else if (text === ')') openers.pop();
    const before = meant[at - 1];
    const named = before?.folded === 'as' && openers.at(-1) !== 'cast';
    const implied = before?.kind === 'word' && tables.has(before.folded);
    if (kind === 'word' && (named || implied) && !isKeyword(text) && !tables.has(folded) && !columns.has(folded))
      found.add(folded);
  }
  const quoted = new Set(
    meant.filter(({ kind }) => kind === 'quoted' || kind === 'bracket').map(({ folded }) => folded.slice(1, -1)),
  );
  return new Set([...found].filter((name) => !quoted.has(name)));
}

/** Of a query without parts of its own: conditions joined by AND the other way round, and lists of literals. */
function reordered(parts: readonly Part[]): Part[] | null {
  const meant = parts.filter(isMeant);
  const count = (word: string): number => meant.filter(({ folded, kind }) => kind === 'word' && folded === word).length;
  if (count('where') !== 1 || count('select') !== 1 || count('or') > 0 || count('between') > 0 || count('case') > 0)
    return null;
  const where = meant.findIndex(({ folded }) => folded === 'where');
  const conditions: Part[][] = [[]];
  let depth = 0;
  let end = where + 1;
  for (; end < meant.length; end++) {
    const part = meant[end];
    if (part.text === ';' || (depth === 0 && ['group', 'order', 'limit', 'having', 'window'].includes(part.folded)))
      break;
    if (part.text === '(') depth++;
    else if (part.text === ')') depth--;
    if (depth === 0 && part.folded === 'and') conditions.push([]);
    else conditions.at(-1)?.push(part);
  }
  if (conditions.length < 2) return null;
  const space: Part = { kind: 'space', text: ' ', folded: ' ' };
  const and: Part = { kind: 'word', text: 'AND', folded: 'and' };
  const turned = conditions.reverse().flatMap((condition, at) => (at === 0 ? condition : [and, ...condition]));
  return [...meant.slice(0, where + 1), ...turned, ...meant.slice(end)].flatMap((part) => [part, space]);
}
