/** Visiting and rebuilding trees. Nothing is changed in place. */
import type { Core, Expr, OrderTerm, Select, Source, Window } from './ast.ts';

/** Called for each part of one node; `query` where it is a subquery. */
interface Parts {
  expr(expr: Expr): Expr;
  query(query: Select): Select;
}

/** The same node with each direct part replaced by what `parts` answers. */
export function mapParts(expr: Expr, parts: Parts): Expr {
  const one = parts.expr;
  const optional = (part: Expr | null): Expr | null => (part ? one(part) : null);
  switch (expr.kind) {
    case 'literal':
    case 'parameter':
    case 'column':
    case 'star':
      return expr;
    case 'unary':
    case 'cast':
    case 'collate':
      return { ...expr, operand: one(expr.operand) };
    case 'binary':
      return {
        ...expr,
        left: one(expr.left),
        right: one(expr.right),
        ...(expr.escape ? { escape: one(expr.escape) } : {}),
      };
    case 'between':
      return { ...expr, operand: one(expr.operand), low: one(expr.low), high: one(expr.high) };
    case 'in':
      return {
        ...expr,
        operand: one(expr.operand),
        choices: isQuery(expr.choices) ? parts.query(expr.choices) : expr.choices.map(one),
      };
    case 'exists':
    case 'scalar':
      return { ...expr, query: parts.query(expr.query) };
    case 'row':
      return { ...expr, items: expr.items.map(one) };
    case 'case':
      return {
        ...expr,
        operand: optional(expr.operand),
        branches: expr.branches.map(({ when, then }) => ({ when: one(when), then: one(then) })),
        otherwise: optional(expr.otherwise),
      };
    case 'call':
      return { ...expr, args: expr.args.map(one), over: expr.over ? mapWindow(expr.over, one) : null };
  }
}

export function isQuery(value: readonly Expr[] | Select): value is Select {
  return 'kind' in value;
}

function mapWindow(window: Window, one: (expr: Expr) => Expr): Window {
  return { partitionBy: window.partitionBy.map(one), orderBy: mapOrder(window.orderBy, one) };
}

function mapOrder(terms: readonly OrderTerm[], one: (expr: Expr) => Expr): OrderTerm[] {
  return terms.map((term) => ({ ...term, expr: one(term.expr) }));
}

/** The same core with each expression and each subquery in FROM replaced. */
export function mapCore(core: Core, parts: Parts): Core {
  const optional = (part: Expr | null): Expr | null => (part ? parts.expr(part) : null);
  return {
    ...core,
    columns: core.columns.map((one) => ({ ...one, expr: parts.expr(one.expr) })),
    from: core.from.map((source) => ({
      ...source,
      table: source.table.kind === 'select' ? parts.query(source.table) : source.table,
      on: optional(source.on),
    })),
    where: optional(core.where),
    groupBy: core.groupBy.map(parts.expr),
    having: optional(core.having),
  };
}

/** The same query with its cores, its common tables and the expressions of its ORDER BY and LIMIT replaced. */
export function mapSelect(query: Select, parts: Parts & { core(core: Core): Core }): Select {
  return {
    ...query,
    ctes: query.ctes.map((cte) => ({ ...cte, query: parts.query(cte.query) })),
    first: parts.core(query.first),
    rest: query.rest.map((arm) => ({ ...arm, core: parts.core(arm.core) })),
    orderBy: mapOrder(query.orderBy, parts.expr),
    limit: query.limit ? parts.expr(query.limit) : null,
    offset: query.offset ? parts.expr(query.offset) : null,
  };
}

/** Every expression of the query from the inside out, subqueries included, replaced by what `change` answers. */
export function mapExprs(query: Select, change: (expr: Expr) => Expr): Select {
  const parts = {
    expr: (expr: Expr): Expr => change(mapParts(expr, parts)),
    query: (inner: Select): Select => mapExprs(inner, change),
    core: (core: Core): Core => mapCore(core, parts),
  };
  return mapSelect(query, parts);
}

/** One expression from the inside out; subqueries are left alone. */
export function mapExpr(expr: Expr, change: (expr: Expr) => Expr): Expr {
  return change(mapParts(expr, { expr: (part) => mapExpr(part, change), query: (query) => query }));
}

/** Every query inside this one (itself last), replaced by what `change` answers. */
export function mapQueries(query: Select, change: (query: Select) => Select): Select {
  const parts = {
    expr: (expr: Expr): Expr => mapParts(expr, parts),
    query: (inner: Select): Select => mapQueries(inner, change),
    core: (core: Core): Core => mapCore(core, parts),
  };
  return change(mapSelect(query, parts));
}

export interface Visitor {
  /** Answer `false` to leave the parts of this expression unvisited. */
  expr?: (expr: Expr) => boolean | void;
  query?: (query: Select) => void;
  core?: (core: Core) => void;
  source?: (source: Source) => void;
}

/** Visits the query and all within it, from the outside in. */
export function visit(query: Select, visitor: Visitor): void {
  visitor.query?.(query);
  const parts = {
    expr: (expr: Expr): Expr => (visitExpr(expr, visitor), expr),
    query: (inner: Select): Select => (visit(inner, visitor), inner),
    core: (core: Core): Core => {
      visitor.core?.(core);
      for (const source of core.from) visitor.source?.(source);
      mapCore(core, parts);
      return core;
    },
  };
  mapSelect(query, parts);
}

export function visitExpr(expr: Expr, visitor: Visitor): void {
  if (visitor.expr?.(expr) === false) return;
  mapParts(expr, {
    expr: (part) => (visitExpr(part, visitor), part),
    query: (query) => (visit(query, visitor), query),
  });
}

/** Whether any expression in it, subqueries included, answers true. */
export function someExpr(expr: Expr, test: (expr: Expr) => boolean): boolean {
  let found = false;
  visitExpr(expr, { expr: (part) => ((found ||= test(part)), !found) });
  return found;
}

/** The query with one of its cores, known by identity, replaced. */
export function replaceCore(query: Select, target: Core, replacement: Core): Select {
  const parts = {
    expr: (expr: Expr): Expr => mapParts(expr, parts),
    query: (inner: Select): Select => mapSelect(inner, parts),
    core: (core: Core): Core => (core === target ? replacement : mapCore(core, parts)),
  };
  return mapSelect(query, parts);
}

/** The query with one query in it, or itself, known by identity, replaced. */
export function replaceQuery(query: Select, target: Select, replacement: Select): Select {
  const parts = {
    expr: (expr: Expr): Expr => mapParts(expr, parts),
    query: (inner: Select): Select => (inner === target ? replacement : mapSelect(inner, parts)),
    core: (core: Core): Core => mapCore(core, parts),
  };
  return parts.query(query);
}
