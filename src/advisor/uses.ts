/**
 * What a query asks of each table that it names: by what it finds rows, in what order it wants them, what it reads of them.
 * All texts are SQL over the table's own columns, without qualifiers, so that they can stand in an index or run on a sample of the table.
 */
import { conjunctsOf, disjunctsOf, type Core, type Expr, type OrderTerm, type Select } from '../sql/ast.ts';
import { printExpr, printName } from '../sql/print.ts';
import type { Schema, TableInfo } from '../sql/schema.ts';
import { visitScopes, walkExpr, type Resolved, type Scope } from '../sql/scope.ts';
import { foldCase } from '../sql/tokens.ts';
import { isQuery, mapExpr, someExpr, visitExpr } from '../sql/walk.ts';

/** A column or an expression as it stands in an index. */
export interface KeyPart {
  text: string;
  /** The columns that it is made of. */
  columns: readonly string[];
}

/** A condition on one table alone. `at` is the key part that it is about, null where no index can serve it. */
export interface LocalCondition {
  text: string;
  at: KeyPart | null;
  kind: 'equal' | 'range' | 'other';
  /** Its values are written in the text: an index may hold the rows of just these values. */
  isConstant: boolean;
  /** Its values are known, so that it can be run on a sample. */
  isKnown: boolean;
}

export interface TableUse {
  table: TableInfo;
  /** What the plan calls it, folded. */
  label: string;
  conditions: LocalCondition[];
  /** Parts that are compared with another table, by that table's label. */
  joined: { part: KeyPart; with: string }[];
  /** Orders in which its rows are wanted: ORDER BY, GROUP BY, DISTINCT, the ends that min() and max() look for. */
  orders: KeyPart[][];
  /** Null under a star: then everything is read. */
  read: string[] | null;
  /** Rows that are wanted at most, where that is written; null for all. */
  limit: number | null;
}

/** The value of a parameter as SQL; null where it is not given. */
export type ValueOf = (parameter: string) => string | null;

/** Only of tables that can be indexed; a table under two names has two uses. */
export function usesOf(query: Select, schema: Schema, valueOf: ValueOf = () => null): TableUse[] {
  const uses = new Map<string, TableUse>();
  const starred = new Set<TableUse>();
  const useOf = (resolved: Resolved): TableUse | null => {
    const { table, name, index } = resolved.source;
    if (!table) return null;
    const key = `${scopeNumber(resolved.scope)} ${index} ${name}`;
    let use = uses.get(key);
    if (!use) {
      use = { table, label: name, conditions: [], joined: [], orders: [], read: [], limit: null };
      uses.set(key, use);
    }
    return use;
  };
  const numbers = new Map<Scope, number>();
  const scopeNumber = (scope: Scope): number => {
    if (!numbers.has(scope)) numbers.set(scope, numbers.size);
    return numbers.get(scope) ?? 0;
  };
  const onlyUse = (expr: Expr, scope: Scope): TableUse | null => {
    let found: TableUse | null | undefined;
    if (someExpr(expr, (part) => /^(exists|scalar|star)$/.test(part.kind))) return null;
    walkExpr(expr, scope, {
      column: (_column, resolved) => {
        const use = resolved && useOf(resolved);
        if (found === undefined) found = use;
        else if (found !== use) found = null;
      },
    });
    return found ?? null;
  };
  /** The key part that an expression is, of the one table that it draws on. */
  const partOf = (expr: Expr, scope: Scope): { part: KeyPart; use: TableUse } | null => {
    if (/^(literal|parameter|unary|in|exists|scalar|row|star)$/.test(expr.kind)) return null;
    const use = onlyUse(expr, scope);
    if (!use) return null;
    if (expr.kind === 'column' && scope.resolve(expr)?.column?.isRowid) return null;
    if (expr.kind === 'call' && (expr.over !== null || expr.distinct || isAggregate(expr.name, expr.args.length)))
      return null;
    return { part: { text: plain(expr), columns: columnsIn(expr) }, use };
  };
  const isFixed = (expr: Expr): boolean =>
    !someExpr(expr, (part) => /^(column|exists|scalar|star|in|in-table)$/.test(part.kind));
  const condition = (whole: Expr, kind: LocalCondition['kind'], at: KeyPart | null): LocalCondition => {
    const isKnown = !someExpr(whole, (part) => part.kind === 'parameter' && valueOf(part.text) === null);
    const known = mapExpr(whole, (part) => {
      const value = part.kind === 'parameter' ? valueOf(part.text) : null;
      return value === null ? part : { kind: 'literal', text: value };
    });
    return { text: plain(known), at, kind, isConstant: isWrittenOver(whole), isKnown };
  };
  const compare = (kind: 'equal' | 'range', left: Expr, right: Expr, whole: Expr, scope: Scope): void => {
    for (const [mine, other] of [
      [left, right],
      [right, left],
    ] as const) {
      const found = partOf(mine, scope);
      if (!found) continue;
      const theirs = onlyUse(other, scope);
      if (isFixed(other)) found.use.conditions.push(condition(whole, kind, found.part));
      else if (kind === 'equal' && theirs !== found.use)
        found.use.joined.push({ part: found.part, with: theirs?.label ?? '' });
      else if (kind === 'equal' && someExpr(other, ({ kind: part }) => part === 'scalar'))
        found.use.joined.push({ part: found.part, with: '' });
    }
  };
  const note = (expr: Expr, scope: Scope): void => {
    if (expr.kind === 'binary') {
      const { operator, left, right } = expr;
      if (operator === 'OR') {
        // Each side may use an index of its own.
        for (const side of disjunctsOf(expr)) conjunctsOf(side).forEach((one) => note(one, scope));
        return;
      }
      if (operator === '=' || operator === 'IS') return compare('equal', left, right, expr, scope);
      if (/^[<>]=?$/.test(operator)) return compare('range', left, right, expr, scope);
      if ((operator === 'LIKE' || operator === 'GLOB') && !expr.escape) {
        const found = partOf(left, scope);
        const pattern = right.kind === 'literal' ? right.text : '';
        if (found && /^'[^%_*?[]/.test(pattern)) {
          const part = operator === 'GLOB' ? found.part : { ...found.part, text: `${found.part.text} COLLATE NOCASE` };
          return void found.use.conditions.push(condition(expr, 'range', part));
        }
      }
      if (operator === 'IS NOT' && right.kind === 'literal' && /^null$/i.test(right.text)) {
        const found = partOf(left, scope);
        if (found) return void found.use.conditions.push(condition(expr, 'other', found.part));
      }
    }
    if (expr.kind === 'between' && !expr.not) {
      const found = partOf(expr.operand, scope);
      if (found && isFixed(expr.low) && isFixed(expr.high)) {
        return void found.use.conditions.push(condition(expr, 'range', found.part));
      }
    }
    if ((expr.kind === 'in' || expr.kind === 'in-table') && !expr.not) {
      const found = partOf(expr.operand, scope);
      const isList = expr.kind === 'in' && !isQuery(expr.choices) && expr.choices.every(isFixed);
      if (found && isList) return void found.use.conditions.push(condition(expr, 'equal', found.part));
      if (found) return void found.use.joined.push({ part: found.part, with: '' });
    }
    const use = onlyUse(expr, scope);
    if (use) use.conditions.push(condition(expr, 'other', null));
  };

  const order = (terms: readonly OrderTerm[], scope: Scope, core: Core): void => {
    let use: TableUse | null = null;
    const parts: KeyPart[] = [];
    const mixed = terms.some(({ descending }) => descending !== terms[0]?.descending);
    for (const { expr, descending } of terms) {
      const found = partOf(aliased(expr, core), scope);
      if (!found || (use && found.use !== use)) break;
      ({ use } = found);
      parts.push(mixed && descending ? { ...found.part, text: `${found.part.text} DESC` } : found.part);
    }
    if (use && parts.length > 0) use.orders.push(parts);
  };

  visitScopes(query, schema, {
    column: (_column, resolved) => {
      const use = resolved && useOf(resolved);
      if (use?.read && resolved && !resolved.column?.isRowid && !use.read.includes(resolved.name))
        use.read.push(resolved.name);
    },
    core: (core, scope, owner) => {
      for (const source of scope.sources) {
        if (!source.table) continue;
        const use = useOf({ source, scope, level: 0, name: '', column: null });
        if (use && core.columns.some(({ expr }) => expr.kind === 'star' && isOf(expr.table, source.name)))
          starred.add(use);
        const { limit } = owner;
        if (use && limit?.kind === 'literal' && owner.rest.length === 0) use.limit = Number(limit.text);
      }
      for (const one of [core.where, ...core.from.map(({ on }) => on)].flatMap(conjunctsOf)) note(one, scope);
      for (const [index, { using }] of core.from.entries())
        for (const name of using ?? []) noteMerged(name, index, scope);
      if (owner.rest.length === 0) order(owner.orderBy, scope, core);
      const rising = (exprs: readonly Expr[]): OrderTerm[] => exprs.map((expr) => ({ expr, descending: false }));
      order(rising(core.groupBy), scope, core);
      if (core.distinct) order(rising(core.columns.map(({ expr }) => expr)), scope, core);
      for (const { expr } of core.columns)
        visitExpr(expr, {
          expr: (part) => {
            if (part.kind === 'scalar' || part.kind === 'exists') return false;
            const isEnd = part.kind === 'call' && /^(min|max)$/i.test(part.name) && part.args.length === 1;
            if (isEnd) order(rising(part.args), scope, core);
            return true;
          },
        });
    },
  });
  const noteMerged = (name: string, index: number, scope: Scope): void => {
    for (const source of scope.sources.slice(0, index + 1)) {
      const known = source.columns?.find((one) => foldCase(one) === foldCase(name));
      const use = known === undefined ? null : useOf({ source, scope, level: 0, name, column: null });
      if (use && known) use.joined.push({ part: { text: printName(known), columns: [known] }, with: '' });
    }
  };
  for (const use of starred) use.read = null;
  return [...uses.values()];
}

function isOf(qualifier: string | null, name: string): boolean {
  return qualifier === null || foldCase(qualifier) === name;
}

function isWrittenOver(expr: Expr): boolean {
  return !someExpr(expr, (part) => part.kind === 'parameter' || part.kind === 'scalar' || part.kind === 'exists');
}

/** Without qualifiers: it stands over one table alone. */
function plain(expr: Expr): string {
  return printExpr(mapExpr(expr, (part) => (part.kind === 'column' ? { ...part, table: null } : part)));
}

function columnsIn(expr: Expr): string[] {
  const names: string[] = [];
  visitExpr(expr, { expr: (part) => void (part.kind === 'column' && names.push(part.name)) });
  return names;
}

function isAggregate(name: string, count: number): boolean {
  return /^(count|sum|total|avg|group_concat|string_agg)$/i.test(name) || (/^(min|max)$/i.test(name) && count === 1);
}

function aliased(expr: Expr, core: Core): Expr {
  if (expr.kind === 'literal' && /^\d+$/.test(expr.text)) return core.columns[Number(expr.text) - 1]?.expr ?? expr;
  if (expr.kind !== 'column' || expr.table !== null) return expr;
  return core.columns.find(({ alias }) => alias !== null && foldCase(alias) === foldCase(expr.name))?.expr ?? expr;
}
