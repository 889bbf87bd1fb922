/**
 * Which source a column name means, by SQLite's rules as far as they are certain: the innermost FROM that knows the name wins,
 * two sources of one FROM that know it make it ambiguous. Whatever is not certain resolves to null, and rules then refuse.
 */
import { foldCase } from './tokens.ts';
import type { Core, Expr, ExprOf, Select, Source } from './ast.ts';
import type { ColumnInfo, Schema, TableInfo } from './schema.ts';
import { columnOf } from './schema.ts';
import { mapParts } from './walk.ts';

export interface Resolved {
  source: ScopeSource;
  /** The scope whose FROM holds the source. */
  scope: Scope;
  /** 0 for this FROM, 1 for the query around it, and so on. */
  level: number;
  name: string;
  /** Null for columns of subqueries and views. */
  column: ColumnInfo | null;
}

export interface ScopeSource {
  index: number;
  /** The name that qualifies its columns, folded. */
  name: string;
  /** As written, to qualify columns with. */
  label: string;
  /** A real table; null for views, virtual tables, common tables and subqueries. */
  table: TableInfo | null;
  /** Names of its columns in order; null when unknown. */
  columns: readonly string[] | null;
}

/** Common tables in sight: names of their columns by folded name, null when unknown. */
export type CteColumns = ReadonlyMap<string, readonly string[] | null>;

const ROWID_NAMES: ReadonlySet<string> = new Set(['rowid', 'oid', '_rowid_']);

export class Scope {
  readonly sources: readonly ScopeSource[];
  readonly #usesUsing: boolean;

  constructor(
    core: Core,
    readonly schema: Schema,
    readonly ctes: CteColumns,
    readonly outer: Scope | null,
  ) {
    this.sources = core.from.map((source, index) => describe(source, index, schema, ctes, this.outer));
    this.#usesUsing = core.from.some((source) => source.using !== null);
  }

  /** Where the column comes from, or null when that is not certain. */
  resolve(column: ExprOf<'column'>): Resolved | null {
    const name = foldCase(column.name);
    const qualifier = column.table === null ? null : foldCase(column.table);
    const candidates = qualifier === null ? this.sources : this.sources.filter((source) => source.name === qualifier);
    const found: Resolved[] = [];
    for (const source of candidates) {
      if (source.columns === null) return null;
      const known = source.columns.find((one) => foldCase(one) === name);
      if (known !== undefined) {
        found.push({
          source,
          scope: this,
          level: 0,
          name: known,
          column: source.table ? columnOf(source.table, known) : null,
        });
      }
    }
    if (found.length === 1 && found[0]) return found[0];
    // Joined by USING, the name stands for either side.
    if (found.length > 1 || (this.#usesUsing && qualifier === null)) return null;
    const rowid = this.#resolveRowid(name, candidates);
    if (rowid) return rowid;
    if (qualifier !== null && candidates.length > 0) return null;
    const above = this.outer?.resolve(column) ?? null;
    return above && { ...above, level: above.level + 1 };
  }

  #resolveRowid(name: string, candidates: readonly ScopeSource[]): Resolved | null {
    const [source] = candidates;
    if (!ROWID_NAMES.has(name) || candidates.length !== 1 || !source?.table || source.table.withoutRowid) return null;
    const column: ColumnInfo = {
      name,
      type: 'INTEGER',
      affinity: 'INTEGER',
      notNull: true,
      isRowid: true,
      generated: false,
      hasDefault: true,
    };
    return { source, scope: this, level: 0, name, column };
  }
}

/** Result names of a query where they are certain: aliases, plain columns, and stars over known sources. */
export function columnNamesOf(query: Select, schema: Schema, ctes: CteColumns): readonly string[] | null {
  const inside = withCtes(query, schema, ctes);
  const scope = new Scope(query.first, schema, inside, null);
  const names: string[] = [];
  for (const { expr, alias } of query.first.columns) {
    if (alias !== null) names.push(alias);
    else if (expr.kind === 'column') names.push(expr.name);
    else if (expr.kind === 'star') {
      const sources = expr.table === null ? scope.sources : scope.sources.filter((one) => one.name === folded(expr));
      if (sources.length === 0 || query.first.from.some((source) => source.using)) return null;
      for (const source of sources) {
        if (source.columns === null) return null;
        names.push(...source.columns);
      }
    } else return null;
  }
  // SQLite renames doubled names of a subquery's columns.
  return new Set(names.map(foldCase)).size === names.length ? names : null;
}

function folded(star: ExprOf<'star'>): string {
  return foldCase(star.table ?? '');
}

/** The common tables that the query's own cores see. */
export function withCtes(query: Select, schema: Schema, outer: CteColumns): CteColumns {
  if (query.ctes.length === 0) return outer;
  const all = new Map(outer);
  for (const cte of query.ctes) {
    all.set(foldCase(cte.name), cte.columns ?? (query.recursive ? null : columnNamesOf(cte.query, schema, all)));
  }
  return all;
}

function describe(source: Source, index: number, schema: Schema, ctes: CteColumns, outer: Scope | null): ScopeSource {
  if (source.table.kind === 'select') {
    const columns = columnNamesOf(source.table, schema, outer ? new Map([...outer.ctes, ...ctes]) : ctes);
    return { index, name: foldCase(source.alias ?? ''), label: source.alias ?? '', table: null, columns };
  }
  const label = source.alias ?? source.table.name;
  const name = foldCase(label);
  const cte = source.table.schema === null ? ctes.get(foldCase(source.table.name)) : undefined;
  if (cte !== undefined) return { index, name, label, table: null, columns: cte };
  const found = schema.table(source.table.name);
  const other = source.table.schema !== null && foldCase(source.table.schema) !== 'main';
  if (!found || other) return { index, name, label, table: null, columns: null };
  const columns = found.columns.map((one) => one.name);
  return { index, name, label, table: found.kind === 'table' ? found : null, columns };
}

export interface ScopeVisitor {
  /** `owner` is the query whose arm the core is. */
  core?(core: Core, scope: Scope, owner: Select): void;
  /** Every column name, null where its source is not certain (an alias in ORDER BY is one such). */
  column?(column: ExprOf<'column'>, resolved: Resolved | null, scope: Scope): void;
}

/** Walks the query with the scope of each core, from the outside in. */
export function visitScopes(query: Select, schema: Schema, visitor: ScopeVisitor): void {
  walkQuery(query, schema, new Map(), null, visitor);
}

function walkQuery(query: Select, schema: Schema, ctes: CteColumns, outer: Scope | null, visitor: ScopeVisitor): void {
  let inSight = ctes;
  for (const cte of query.ctes) {
    const own = new Map(inSight).set(foldCase(cte.name), cte.columns);
    walkQuery(cte.query, schema, query.recursive ? own : inSight, outer, visitor);
    inSight = own.set(
      foldCase(cte.name),
      cte.columns ?? (query.recursive ? null : columnNamesOf(cte.query, schema, inSight)),
    );
  }
  const scopes = [query.first, ...query.rest.map((arm) => arm.core)].map((core) => {
    const scope = new Scope(core, schema, inSight, outer);
    visitor.core?.(core, scope, query);
    walkCore(core, scope, visitor);
    return scope;
  });
  const [first] = scopes;
  for (const term of query.orderBy) if (first) walkExpr(term.expr, first, visitor);
}

function walkCore(core: Core, scope: Scope, visitor: ScopeVisitor): void {
  for (const source of core.from) {
    // A subquery in FROM does not see its neighbours.
    if (source.table.kind === 'select') walkQuery(source.table, scope.schema, scope.ctes, scope.outer, visitor);
    if (source.on) walkExpr(source.on, scope, visitor);
  }
  for (const { expr } of core.columns) walkExpr(expr, scope, visitor);
  for (const expr of [core.where, ...core.groupBy, core.having]) if (expr) walkExpr(expr, scope, visitor);
}

/** Every column name in the expression, subqueries included, with where it comes from. */
export function walkExpr(expr: Expr, scope: Scope, visitor: ScopeVisitor): void {
  if (expr.kind === 'column') visitor.column?.(expr, scope.resolve(expr), scope);
  mapParts(expr, {
    expr: (part) => (walkExpr(part, scope, visitor), part),
    query: (query) => (walkQuery(query, scope.schema, scope.ctes, scope, visitor), query),
  });
}

/** Sources of `scope` that the expression draws on, subqueries included; null when some name is not certain. */
export function sourcesOf(expr: Expr, scope: Scope): Set<number> | null {
  const indexes = new Set<number>();
  let certain = true;
  walkExpr(expr, scope, {
    column: (_column, resolved) => {
      if (!resolved) certain = false;
      else if (resolved.scope === scope) indexes.add(resolved.source.index);
    },
  });
  return certain ? indexes : null;
}
