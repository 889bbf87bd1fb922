/**
 * Visiting and rebuilding trees. Nothing is changed in place, and what does not change keeps its identity, all the way down:
 * an edit of the typed text replaces only the nodes that are new.
 */
import type {
  Core,
  Cte,
  Expr,
  Frame,
  FrameBound,
  OrderTerm,
  Select,
  Source,
  TableFunction,
  TableName,
  Window,
} from './ast.ts';

/** Called for each part of one node; `query` where it is a subquery. */
interface Parts {
  expr(expr: Expr): Expr;
  query(query: Select): Select;
}

/** The same node with each direct part replaced by what `parts` answers. */
export function mapParts(expr: Expr, parts: Parts): Expr {
  const one = parts.expr;
  switch (expr.kind) {
    case 'literal':
    case 'parameter':
    case 'column':
    case 'star':
      return expr;
    case 'unary':
    case 'cast':
    case 'collate':
      return changed(expr, { operand: one(expr.operand) });
    case 'binary':
      return changed(expr, {
        left: one(expr.left),
        right: one(expr.right),
        ...(expr.escape ? { escape: one(expr.escape) } : {}),
      });
    case 'between':
      return changed(expr, { operand: one(expr.operand), low: one(expr.low), high: one(expr.high) });
    case 'in':
      return changed(expr, {
        operand: one(expr.operand),
        choices: isQuery(expr.choices) ? parts.query(expr.choices) : mapList(expr.choices, one),
      });
    case 'in-table':
      return changed(expr, {
        operand: one(expr.operand),
        table: expr.table.kind === 'function' ? mapArgs(expr.table, one) : expr.table,
      });
    case 'exists':
    case 'scalar':
      return changed(expr, { query: parts.query(expr.query) });
    case 'row':
      return changed(expr, { items: mapList(expr.items, one) });
    case 'case':
      return changed(expr, {
        operand: optional(expr.operand, one),
        branches: mapList(expr.branches, (branch) =>
          changed(branch, { when: one(branch.when), then: one(branch.then) }),
        ),
        otherwise: optional(expr.otherwise, one),
      });
    case 'call':
      return changed(expr, {
        args: mapList(expr.args, one),
        ...(expr.orderBy ? { orderBy: mapOrder(expr.orderBy, one) } : {}),
        ...(expr.filter ? { filter: one(expr.filter) } : {}),
        over: expr.over && typeof expr.over !== 'string' ? mapWindow(expr.over, one) : expr.over,
      });
  }
}

export function isQuery(value: readonly Expr[] | Select): value is Select {
  return 'kind' in value;
}

/** The node itself where no field of `fields` is another value than it has. */
function changed<Node extends object>(node: Node, fields: Partial<Node>): Node {
  for (const field in fields) if (fields[field] !== node[field]) return { ...node, ...fields };
  return node;
}

function mapList<Item>(items: readonly Item[], change: (item: Item) => Item): readonly Item[] {
  const after = items.map((item) => change(item));
  return after.every((item, index) => item === items[index]) ? items : after;
}

function optional(expr: Expr | null, one: (expr: Expr) => Expr): Expr | null {
  return expr ? one(expr) : null;
}

function mapWindow(window: Window, one: (expr: Expr) => Expr): Window {
  const { frame } = window;
  return changed(window, {
    partitionBy: mapList(window.partitionBy, one),
    orderBy: mapOrder(window.orderBy, one),
    ...(frame ? { frame: mapFrame(frame, one) } : {}),
  });
}

function mapFrame(frame: Frame, one: (expr: Expr) => Expr): Frame {
  const bound = (side: FrameBound): FrameBound => changed(side, { distance: optional(side.distance, one) });
  return changed(frame, { start: bound(frame.start), end: frame.end && bound(frame.end) });
}

function mapOrder(terms: readonly OrderTerm[], one: (expr: Expr) => Expr): readonly OrderTerm[] {
  return mapList(terms, (term) => changed(term, { expr: one(term.expr) }));
}

function mapArgs(table: TableFunction, one: (expr: Expr) => Expr): TableFunction {
  return changed(table, { args: mapList(table.args, one) });
}

function mapTable(table: Source['table'], parts: Parts): Source['table'] {
  switch (table.kind) {
    case 'select':
      return parts.query(table);
    case 'function':
      return mapArgs(table, parts.expr);
    case 'joins':
      return changed(table, { from: mapFrom(table.from, parts) });
    default:
      return table;
  }
}

function mapFrom(from: readonly Source[], parts: Parts): readonly Source[] {
  return mapList(from, (source) =>
    changed(source, { table: mapTable(source.table, parts), on: optional(source.on, parts.expr) }),
  );
}

/** The same core with each expression and each subquery in FROM replaced. */
export function mapCore(core: Core, parts: Parts): Core {
  return changed(core, {
    from: mapFrom(core.from, parts),
    columns: mapList(core.columns, (column) => changed(column, { expr: parts.expr(column.expr) })),
    where: optional(core.where, parts.expr),
    groupBy: mapList(core.groupBy, parts.expr),
    having: optional(core.having, parts.expr),
    ...(core.windows
      ? { windows: mapList(core.windows, (one) => changed(one, { window: mapWindow(one.window, parts.expr) })) }
      : {}),
    ...(core.values ? { values: mapList(core.values, (row) => mapList(row, parts.expr)) } : {}),
  });
}

/** The same query with its cores, its common tables and the expressions of its ORDER BY and LIMIT replaced. */
export function mapSelect(query: Select, parts: Parts & { core(core: Core): Core }): Select {
  return changed(query, {
    ctes: mapList(query.ctes, (cte): Cte => changed(cte, { query: parts.query(cte.query) })),
    first: parts.core(query.first),
    rest: mapList(query.rest, (arm) => changed(arm, { core: parts.core(arm.core) })),
    orderBy: mapOrder(query.orderBy, parts.expr),
    limit: optional(query.limit, parts.expr),
    offset: optional(query.offset, parts.expr),
  });
}

/** Every source of a FROM, those in brackets after the brackets themselves. */
export function sourcesIn(from: readonly Source[]): Source[] {
  return from.flatMap((source) => [source, ...(source.table.kind === 'joins' ? sourcesIn(source.table.from) : [])]);
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
  /** Each source of a FROM, those in brackets too. */
  source?: (source: Source) => void;
  /** Each table or table function that is named, in a FROM or behind IN. */
  table?: (table: TableName | TableFunction) => void;
}

/** Visits the query and all within it, from the outside in. */
export function visit(query: Select, visitor: Visitor): void {
  visitor.query?.(query);
  const parts = {
    expr: (expr: Expr): Expr => (visitExpr(expr, visitor), expr),
    query: (inner: Select): Select => (visit(inner, visitor), inner),
    core: (core: Core): Core => {
      visitor.core?.(core);
      for (const source of sourcesIn(core.from)) {
        visitor.source?.(source);
        if (source.table.kind === 'table' || source.table.kind === 'function') visitor.table?.(source.table);
      }
      mapCore(core, parts);
      return core;
    },
  };
  mapSelect(query, parts);
}

export function visitExpr(expr: Expr, visitor: Visitor): void {
  if (visitor.expr?.(expr) === false) return;
  if (expr.kind === 'in-table') visitor.table?.(expr.table);
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
