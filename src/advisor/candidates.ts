/**
 * Which indexes a query could use: for each table the parts compared by equality, then one range or a sort, and the same with the other
 * columns that are read, so that the index alone may answer (after Chaudhuri and Narasayya, VLDB 1997, and sqlite3expert).
 */
import { printName } from '../sql/print.ts';
import type { Schema, TableInfo } from '../sql/schema.ts';
import { foldCase } from '../sql/tokens.ts';
import type { KeyPart, LocalCondition, TableUse } from './uses.ts';

export interface IndexCandidate {
  table: string;
  /** Key parts as they stand in the statement. */
  parts: readonly string[];
  /** Of a partial index: the rows that it holds. */
  where: string | null;
  /** What it is good for, in one sentence. */
  reason: string;
}

/** An index of more columns costs more to keep than it saves. */
export const PARTS_MAX = 8;
const EQUAL_MAX = 4;

/**
 * Of one query, without doubles; what the primary key or an index that is there begins with is left out. `isCategory`: whether a column
 * has few values, so that an index of the rows with one of them is not an index for one value of a thousand.
 */
export function candidatesOf(
  uses: readonly TableUse[],
  existing: readonly IndexCandidate[],
  isCategory: (table: string, part: string) => boolean,
): IndexCandidate[] {
  const found = new Map<string, IndexCandidate>();
  for (const use of uses) {
    const isPartial = (one: LocalCondition): boolean =>
      canBePartial(one) && (one.kind === 'other' || isCategory(use.table.name, one.at?.text ?? ''));
    for (const one of ofUse(use, use.conditions.filter(isPartial))) {
      const key = keyOf(one);
      if (found.has(key) || isKeyPrefix(use.table, one.parts) || existing.some((other) => serves(other, one))) continue;
      found.set(key, one);
    }
  }
  return [...found.values()];
}

function ofUse(
  { table, conditions, joined, orders, read }: TableUse,
  partials: readonly LocalCondition[],
): IndexCandidate[] {
  const all: IndexCandidate[] = [];
  const add = (lead: readonly KeyPart[], ordered: boolean, where: LocalCondition | null): void => {
    const keys = distinct(lead);
    const whole = where === null ? keys : keys.filter(({ text }) => text !== where.at?.text);
    if (whole.length === 0) return;
    const names = whole.map(({ text }) => text).join(', ');
    const held = where === null ? '' : `, of the rows where ${where.text} alone`;
    const verb = ordered ? 'Gives the rows' : 'Finds the rows';
    const by = ordered ? `in the order of ${names}, without sorting` : `by ${names}`;
    const make = (parts: readonly string[], covers: boolean): void => {
      if (parts.length > PARTS_MAX) return;
      const rest = covers ? ', and holds all that is read of it' : '';
      const reason = `${verb} of ${table.name} ${by}${rest}${held}.`;
      all.push({ table: table.name, parts, where: where?.text ?? null, reason });
    };
    const plain = whole.map(({ text }) => text);
    make(plain, false);
    if (read === null) return;
    const more = read.filter((name) => !plain.includes(printName(name)) && where?.at?.text !== printName(name));
    if (more.length > 0) make([...plain, ...more.map(printName)], true);
  };

  const equal = distinct(conditions.flatMap(({ kind, at }) => (kind === 'equal' && at ? [at] : []))).slice(
    0,
    EQUAL_MAX,
  );
  const ranges = distinct(conditions.flatMap(({ kind, at }) => (kind === 'range' && at ? [at] : [])));
  const joins = joinsOf(joined);
  const leads: [parts: KeyPart[], ordered: boolean][] = [];
  const lead = (parts: readonly KeyPart[], ordered = false): void => void leads.push([[...parts], ordered]);
  lead(equal);
  if (equal.length > 1) lead([...equal].reverse());
  for (const one of [...equal, ...ranges]) lead([one]);
  for (const one of ranges) lead([...equal, one]);
  for (const order of orders) {
    lead(order, true);
    lead([...equal, ...order], true);
    if (ranges.length > 0) lead([...order, ...ranges], true);
  }
  for (const join of joins) {
    lead(join);
    lead([...join, ...equal]);
    lead([...equal, ...join]);
    for (const range of ranges) {
      lead([...join, ...equal, range]);
      lead([...equal, range, ...join]);
    }
    for (const order of orders) lead([...join, ...equal, ...order], true);
  }
  for (const [parts, ordered] of leads) {
    add(parts, ordered, null);
    for (const condition of partials) add(parts, ordered, condition);
  }
  return all;
}

/** Values that are written down, and stay so: then other rows need not be in the index. */
function canBePartial({ kind, isConstant, at }: LocalCondition): boolean {
  return isConstant && at !== null && (kind === 'equal' || kind === 'other');
}

/** The parts that each other table is joined by: together, and one by one. */
function joinsOf(joined: TableUse['joined']): KeyPart[][] {
  const byTable = new Map<string, KeyPart[]>();
  for (const { part, with: other } of joined) byTable.set(other, [...(byTable.get(other) ?? []), part]);
  const together = [...byTable.values()].map(distinct).filter((parts) => parts.length > 1);
  const all = distinct(joined.map(({ part }) => part));
  const every = all.length > 1 && all.length <= EQUAL_MAX ? [all, [...all].reverse()] : [];
  return [...all.map((part) => [part]), ...together, ...every];
}

function distinct(parts: readonly KeyPart[]): KeyPart[] {
  const first = new Map<string, KeyPart>();
  for (const part of parts) {
    const key = foldCase(part.text).replace(/ desc$/, '');
    if (!first.has(key)) first.set(key, part);
  }
  return [...first.values()];
}

export function keyOf({ table, parts, where }: IndexCandidate): string {
  return foldCase(`${table}(${parts.join(', ')}) ${where ?? ''}`);
}

/** Whether the first one does all that the second does: it begins with its parts, and holds as many rows. */
export function serves(one: IndexCandidate, other: IndexCandidate): boolean {
  return (
    foldCase(one.table) === foldCase(other.table) &&
    (one.where === null || one.where === other.where) &&
    one.parts.length >= other.parts.length &&
    other.parts.every((part, index) => foldCase(part) === foldCase(one.parts[index] ?? ''))
  );
}

function isKeyPrefix(table: TableInfo, parts: readonly string[]): boolean {
  return table.uniqueKeys.some((key) =>
    parts.every((part, index) => foldCase(printName(key[index] ?? '')) === foldCase(part)),
  );
}

/** The statement that creates it, with a name that tells what it is on and that `taken` does not have. */
export function ddlOf({ table, parts, where }: IndexCandidate, name: string): string {
  const rows = where === null ? '' : ` WHERE ${where}`;
  return `CREATE INDEX ${printName(name)} ON ${printName(table)}(${parts.join(', ')})${rows}`;
}

export function nameOf({ table, parts, where }: IndexCandidate, schema: Schema, taken: ReadonlySet<string>): string {
  const words = [table, ...parts, ...(where === null ? [] : ['where', where])].join('_');
  const stem = words
    .replace(/[^\w]+/g, '_')
    .replace(/_+$/, '')
    .slice(0, 60);
  let name = stem;
  for (let number = 2; schema.table(name) !== null || taken.has(foldCase(name)); number++) name = `${stem}_${number}`;
  return name;
}
