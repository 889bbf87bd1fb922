/**
 * Which indexes a statement could use: for each table the columns compared by equality, then one range or the sort, and the same
 * with the other columns it reads, so that the index alone may answer. After sqlite3expert's idea, with covering columns added.
 */
import type { Core, Expr, Select } from '../sql/ast.ts';
import { conjunctsOf } from '../sql/ast.ts';
import { printName } from '../sql/print.ts';
import type { Schema, TableInfo } from '../sql/schema.ts';
import { visitScopes, type Resolved, type Scope } from '../sql/scope.ts';
import { foldCase } from '../sql/tokens.ts';
import { isQuery } from '../sql/walk.ts';

export interface IndexCandidate {
  table: string;
  columns: string[];
  /** The predicate that it serves, in words. */
  reason: string;
}

/** An index of more columns costs more to keep than it saves. */
const COLUMNS_MAX = 6;

interface Uses {
  table: TableInfo;
  equal: string[];
  range: string[];
  joined: string[];
  sorted: string[];
  read: string[];
}

/** Without doubles, prefixes of primary keys left out. */
export function indexCandidates(query: Select, schema: Schema): IndexCandidate[] {
  const candidates: IndexCandidate[] = [];
  const add = (uses: Uses, names: readonly string[], reason: string): void => {
    const columns = [...new Set(names)].slice(0, COLUMNS_MAX);
    if (columns.length === 0 || isPrefixOfKey(uses.table, columns)) return;
    const key = `${uses.table.name} ${columns.join(' ')}`;
    if (candidates.some((one) => `${one.table} ${one.columns.join(' ')}` === key)) return;
    candidates.push({ table: uses.table.name, columns, reason });
  };
  for (const uses of usesOf(query, schema)) {
    const { equal, range, joined, sorted, read } = uses;
    const filter = [...equal, ...range.slice(0, 1)];
    const served = (names: readonly string[]): string => names.map(printName).join(' and ');
    if (filter.length > 0) add(uses, filter, `Finds the rows of ${uses.table.name} by ${served(filter)}.`);
    for (const name of [...equal, ...range])
      add(uses, [name], `Finds the rows of ${uses.table.name} by ${served([name])}.`);
    for (const name of joined) {
      add(uses, [name], `Finds the rows of ${uses.table.name} that join by ${served([name])}.`);
      add(uses, [...equal, name], `Finds the rows of ${uses.table.name} by ${served([...equal, name])}.`);
      add(
        uses,
        [name, ...equal, ...range.slice(0, 1)],
        `Finds the rows of ${uses.table.name} by ${served([name, ...filter])}.`,
      );
    }
    if (sorted.length > 0) {
      add(
        uses,
        [...equal, ...sorted],
        `Gives the rows of ${uses.table.name} in the order of ${served(sorted)}, without sorting.`,
      );
    }
    for (const lead of [filter, [...joined.slice(0, 1), ...filter], sorted.length > 0 ? [...equal, ...sorted] : []]) {
      const covering = [...new Set([...lead, ...read])];
      if (lead.length > 0 && covering.length > lead.length && covering.length <= COLUMNS_MAX) {
        add(
          uses,
          covering,
          `Finds the rows of ${uses.table.name} by ${served(lead)} and holds all that is read of it.`,
        );
      }
    }
  }
  return candidates;
}

/** The statement that creates it, with a name that tells what it is on. */
export function ddlOf(candidate: IndexCandidate, schema: Schema): string {
  const stem = [candidate.table, ...candidate.columns].join('_').replace(/[^\w]+/g, '_');
  let name = stem;
  for (let number = 2; schema.table(name); number++) name = `${stem}_${number}`;
  return `CREATE INDEX ${printName(name)} ON ${printName(candidate.table)}(${candidate.columns.map(printName).join(', ')})`;
}

function isPrefixOfKey(table: TableInfo, columns: readonly string[]): boolean {
  return table.uniqueKeys.some((key) => columns.every((name, index) => foldCase(key[index] ?? '') === foldCase(name)));
}

function usesOf(query: Select, schema: Schema): Uses[] {
  const all = new Map<string, Uses>();
  const starred = new Set<string>();
  const usesFor = (resolved: Resolved | null): Uses | null => {
    const table = resolved?.source.table;
    if (!resolved || !table) return null;
    // One table under two aliases has two kinds of use.
    const key = keyOf(table, resolved.source.name, resolved.source.index);
    const uses = all.get(key) ?? { table, equal: [], range: [], joined: [], sorted: [], read: [] };
    all.set(key, uses);
    return uses;
  };
  const note = (kind: 'equal' | 'range' | 'joined' | 'sorted' | 'read', expr: Expr, scope: Scope): boolean => {
    const resolved = expr.kind === 'column' ? scope.resolve(expr) : null;
    const uses = resolved && !resolved.column?.isRowid ? usesFor(resolved) : null;
    if (!uses || !resolved) return false;
    if (!uses[kind].includes(resolved.name)) uses[kind].push(resolved.name);
    return true;
  };
  visitScopes(query, schema, {
    column: (column, _resolved, scope) => void note('read', column, scope),
    core: (core, scope, owner) => {
      // Under a star everything is read, and nothing worth keeping covers that.
      if (core.columns.some(({ expr }) => expr.kind === 'star')) {
        for (const { table, name, index } of scope.sources) if (table) starred.add(keyOf(table, name, index));
      }
      for (const condition of conditionsOf(core)) noteCondition(condition, scope, note);
      const sorts = owner.rest.length === 0 ? owner.orderBy.map((term) => aliased(term.expr, core)) : [];
      const alike = owner.orderBy.every((term) => term.descending === owner.orderBy[0]?.descending);
      if (alike) sorts.every((expr) => note('sorted', expr, scope));
      if (sorts.length === 0)
        core.groupBy.map((expr) => aliased(expr, core)).every((expr) => note('sorted', expr, scope));
    },
  });
  return [...all].map(([key, uses]) => (starred.has(key) ? { ...uses, read: [] } : uses));
}

function keyOf(table: TableInfo, name: string, index: number): string {
  return `${table.name} ${name} ${index}`;
}

function conditionsOf(core: Core): Expr[] {
  const all = [core.where, ...core.from.map((source) => source.on)].flatMap(conjunctsOf);
  // Each side of an OR may use an index of its own.
  return all.flatMap((one) => (one.kind === 'binary' && one.operator === 'OR' ? sidesOf(one) : [one]));
}

function sidesOf(expr: Expr): Expr[] {
  if (expr.kind !== 'binary' || expr.operator !== 'OR') return conjunctsOf(expr);
  return [...sidesOf(expr.left), ...sidesOf(expr.right)];
}

type Note = (kind: 'equal' | 'range' | 'joined' | 'sorted' | 'read', expr: Expr, scope: Scope) => boolean;

function noteCondition(expr: Expr, scope: Scope, note: Note): void {
  if (expr.kind === 'binary' && /^(=|==|IS)$/.test(expr.operator)) {
    const both = expr.left.kind === 'column' && expr.right.kind === 'column';
    note(both ? 'joined' : 'equal', expr.left, scope);
    note(both ? 'joined' : 'equal', expr.right, scope);
  } else if (expr.kind === 'binary' && /^[<>]=?$/.test(expr.operator)) {
    note('range', expr.left, scope);
    note('range', expr.right, scope);
  } else if (expr.kind === 'binary' && expr.operator === 'GLOB') note('range', expr.left, scope);
  else if (expr.kind === 'between' && !expr.not) note('range', expr.operand, scope);
  else if (expr.kind === 'in' && !expr.not) note(isQuery(expr.choices) ? 'joined' : 'equal', expr.operand, scope);
}

function aliased(expr: Expr, core: Core): Expr {
  if (expr.kind === 'literal' && /^\d+$/.test(expr.text)) return core.columns[Number(expr.text) - 1]?.expr ?? expr;
  if (expr.kind !== 'column' || expr.table !== null) return expr;
  return core.columns.find(({ alias }) => alias !== null && foldCase(alias) === foldCase(expr.name))?.expr ?? expr;
}
