/**
 * Which source a column name means, by SQLite's rules as far as they are certain: the innermost FROM that knows the name wins,
 * two sources of one FROM that know it make it ambiguous. Whatever is not certain resolves to null, and rules then refuse.
 */
import { foldCase } from './tokens.ts';
import { mergesColumns, type Core, type Cte, type Expr, type ExprOf, type Select, type Source } from './ast.ts';
import type { ColumnInfo, Schema, TableInfo } from './schema.ts';
import { columnOf } from './schema.ts';
import { remembered } from './remembered.ts';
import { mapCore, mapParts, sourcesIn } from './walk.ts';

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
  /** A real table; null for views, virtual tables, table functions, common tables, subqueries and joins in brackets. */
  table: TableInfo | null;
  view: TableInfo | null;
  /** Names of its columns in order; null when unknown. */
  columns: readonly string[] | null;
  /** It may have columns that a star does not give, as virtual tables have. */
  hasHidden: boolean;
  /** The subquery or the common table behind it; null for all else. */
  inner: InnerQuery | null;
}

/** A query in FROM or in WITH, and what it sees from where it stands. */
export interface InnerQuery {
  query: Select;
  /** Names of its columns in order; null when unknown. */
  columns: readonly string[] | null;
  ctes: CommonTables;
  outer: Scope | null;
}

/** Common tables in sight, by folded name. */
export type CommonTables = ReadonlyMap<string, InnerQuery>;

const NO_TABLES: CommonTables = new Map();
const ROWID_NAMES: ReadonlySet<string> = new Set(['rowid', 'oid', '_rowid_']);

export class Scope {
  readonly sources: readonly ScopeSource[];
  readonly #core: Core;
  /** Qualifiers that mean something within joins in brackets. */
  readonly #inBrackets: ReadonlySet<string>;
  readonly #resolved = new Map<ExprOf<'column'>, Resolved | null>();

  constructor(
    core: Core,
    readonly schema: Schema,
    readonly ctes: CommonTables,
    readonly outer: Scope | null,
  ) {
    this.#core = core;
    this.sources = core.from.map((source, index) => describe(source, index, schema, ctes, outer));
    const bracketed = core.from.flatMap(({ table }) => (table.kind === 'joins' ? sourcesIn(table.from) : []));
    this.#inBrackets = new Set(bracketed.map((source) => foldCase(labelOf(source))));
  }

  /** Where the column comes from, or null when that is not certain. */
  resolve(column: ExprOf<'column'>): Resolved | null {
    let resolved = this.#resolved.get(column);
    if (resolved === undefined) this.#resolved.set(column, (resolved = this.#resolve(column)));
    return resolved;
  }

  #resolve(column: ExprOf<'column'>): Resolved | null {
    const name = foldCase(column.name);
    const qualifier = column.table === null ? null : foldCase(column.table);
    if (qualifier !== null && this.#inBrackets.has(qualifier)) return null;
    if (column.schema !== undefined && foldCase(column.schema) !== 'main') return null;
    const candidates = qualifier === null ? this.sources : this.sources.filter((source) => source.name === qualifier);
    let found: Resolved | null = null;
    for (const source of candidates) {
      const known = source.columns?.find((one) => foldCase(one) === name);
      if (known === undefined) continue;
      const here = {
        source,
        scope: this,
        level: 0,
        name: known,
        column: source.table && columnOf(source.table, known),
      };
      if (found === null) found = here;
      // Merged by USING or NATURAL the name stands for one of the two; for either, in a FULL JOIN.
      else if (qualifier !== null || !this.merges(source.index, name)) return null;
      else if (/RIGHT/.test(this.#core.from[source.index].join)) found = here;
      else if (/FULL/.test(this.#core.from[source.index].join)) return null;
    }
    // A source of unknown columns may have it. Then SQLite finds two and refuses the text, unless they are merged.
    const open = candidates.some((source) => source.columns === null || source.hasHidden);
    if (open && (!found || this.#core.from.some(mergesColumns))) return null;
    if (found) return column.schema === undefined || found.source.table ? found : null;
    if (qualifier === null && ROWID_NAMES.has(name) && candidates.length > 0)
      return this.#resolveRowid(name, candidates);
    if (qualifier !== null && candidates.length > 0) return this.#resolveRowid(name, candidates);
    // WHERE and its kin may name a result column, which comes before the query around.
    if (qualifier === null && this.isAlias(name)) return null;
    const above = this.outer?.resolve(column) ?? null;
    return above && { ...above, level: above.level + 1 };
  }

  /** Whether the source at `index` shares the column, by USING or NATURAL, with one before it. The name is folded. */
  merges(index: number, name: string): boolean {
    const { using, join } = this.#core.from[index];
    if (using) return using.some((one) => foldCase(one) === name);
    return join.startsWith('NATURAL') && this.sources.slice(0, index).some((source) => hasColumn(source, name));
  }

  /** Whether a result column of this query goes by the folded name. */
  isAlias(name: string): boolean {
    return this.#core.columns.some(({ alias }) => alias !== null && foldCase(alias) === name);
  }

  #resolveRowid(name: string, candidates: readonly ScopeSource[]): Resolved | null {
    const [source] = candidates;
    if (!ROWID_NAMES.has(name) || candidates.length !== 1 || !source?.table || source.table.withoutRowid) return null;
    const column: ColumnInfo = {
      name,
      type: 'INTEGER',
      affinity: 'INTEGER',
      collation: 'BINARY',
      notNull: true,
      isRowid: true,
      generated: false,
      hasDefault: true,
    };
    return { source, scope: this, level: 0, name, column };
  }
}

function hasColumn(source: ScopeSource, name: string): boolean {
  return source.columns?.some((one) => foldCase(one) === name) ?? false;
}

/** Result names of a query where they are certain: aliases, plain columns, stars over known sources, and those of VALUES. */
export const columnNamesOf = remembered((query: Select, schema: Schema, ctes: CommonTables): readonly string[] | null =>
  namesOf(query, schema, ctes),
);

function namesOf(query: Select, schema: Schema, ctes: CommonTables): readonly string[] | null {
  const { values, columns, from } = query.first;
  if (values) return (values[0] ?? []).map((_, index) => `column${index + 1}`);
  const scope = scopeOf(query.first, schema, withCtes(query, schema, ctes, null), null);
  const names: string[] = [];
  for (const { expr, alias } of columns) {
    if (alias !== null) names.push(alias);
    else if (expr.kind === 'column') names.push(expr.name);
    else if (expr.kind === 'star') {
      const sources = expr.table === null ? scope.sources : scope.sources.filter((one) => one.name === folded(expr));
      if (sources.length === 0) return null;
      for (const source of sources) {
        if (source.columns === null) return null;
        // Columns merged with those of an earlier source stand there.
        const merged = expr.table === null && mergesColumns(from[source.index]);
        names.push(...source.columns.filter((name) => !merged || !scope.merges(source.index, foldCase(name))));
      }
    } else return null;
  }
  // SQLite renames doubled names of a subquery's columns.
  return new Set(names.map(foldCase)).size === names.length ? names : null;
}

function folded(star: ExprOf<'star'>): string {
  return foldCase(star.table ?? '');
}

/** The common tables that the query's own cores see. Each sees all others of its WITH, and itself. */
export const withCtes = remembered(
  (query: Select, schema: Schema, around: CommonTables, outer: Scope | null): CommonTables => {
    if (query.ctes.length === 0) return around;
    const all = new Map(around);
    for (const cte of query.ctes) all.set(foldCase(cte.name), new CommonTable(cte, schema, all, outer));
    return all;
  },
);

/** The names of its columns are found when first asked for: those of the others may be needed for them. */
class CommonTable implements InnerQuery {
  readonly query: Select;
  #columns: readonly string[] | null | undefined;

  constructor(
    cte: Cte,
    readonly schema: Schema,
    readonly ctes: CommonTables,
    readonly outer: Scope | null,
  ) {
    this.query = cte.query;
    this.#columns = cte.columns ?? undefined;
  }

  get columns(): readonly string[] | null {
    if (this.#columns !== undefined) return this.#columns;
    // Asked for once more on the way: its names hang on themselves.
    this.#columns = null;
    return (this.#columns = columnNamesOf(this.query, this.schema, this.ctes));
  }
}

/** Each scope is made once: whoever walks a query again finds what was resolved before. */
export const scopeOf = remembered(
  (core: Core, schema: Schema, ctes: CommonTables, outer: Scope | null): Scope => new Scope(core, schema, ctes, outer),
);

function labelOf({ alias, table }: Source): string {
  return alias ?? (table.kind === 'table' || table.kind === 'function' ? table.name : '');
}

function describe(source: Source, index: number, schema: Schema, ctes: CommonTables, outer: Scope | null): ScopeSource {
  const label = labelOf(source);
  const name = foldCase(label);
  const unknown = { index, name, label, table: null, view: null, columns: null, hasHidden: false, inner: null };
  const { table } = source;
  if (table.kind === 'select') {
    const columns = columnNamesOf(table, schema, ctes);
    return { ...unknown, columns, inner: { query: table, columns, ctes, outer } };
  }
  if (table.kind !== 'table') return unknown;
  const cte = table.schema === null ? ctes.get(foldCase(table.name)) : undefined;
  if (cte !== undefined) return { ...unknown, columns: cte.columns, inner: cte };
  const found = schema.table(table.name);
  const other = table.schema !== null && foldCase(table.schema) !== 'main';
  if (!found || other) return unknown;
  const columns = found.columns.map((one) => one.name);
  const of = (kind: TableInfo['kind']): TableInfo | null => (found.kind === kind ? found : null);
  return { ...unknown, table: of('table'), view: of('view'), columns, hasHidden: found.kind === 'virtual' };
}

export interface ScopeVisitor {
  /** `owner` is the query whose arm the core is. */
  core?(core: Core, scope: Scope, owner: Select): void;
  /** Every column name, null where its source is not certain (an alias in ORDER BY is one such). */
  column?(column: ExprOf<'column'>, resolved: Resolved | null, scope: Scope): void;
}

/** Walks the query with the scope of each core, from the outside in. */
export function visitScopes(query: Select, schema: Schema, visitor: ScopeVisitor): void {
  walkQuery(query, schema, NO_TABLES, null, visitor);
}

function walkQuery(
  query: Select,
  schema: Schema,
  ctes: CommonTables,
  outer: Scope | null,
  visitor: ScopeVisitor,
): void {
  const inSight = withCtes(query, schema, ctes, outer);
  for (const cte of query.ctes) walkQuery(cte.query, schema, inSight, outer, visitor);
  const scopes = [query.first, ...query.rest.map((arm) => arm.core)].map((core) => {
    const scope = scopeOf(core, schema, inSight, outer);
    visitor.core?.(core, scope, query);
    walkCore(core, scope, visitor);
    return scope;
  });
  for (const { expr } of query.orderBy) {
    // A term that is one name means a result column first; and over a compound it means nothing else.
    const plain = expr.kind === 'collate' ? expr.operand : expr;
    const isResult = plain.kind === 'column' && plain.table === null && scopes[0].isAlias(foldCase(plain.name));
    if (plain.kind === 'column' && (isResult || query.rest.length > 0)) visitor.column?.(plain, null, scopes[0]);
    else walkExpr(expr, scopes[0], visitor);
  }
}

function walkCore(core: Core, scope: Scope, visitor: ScopeVisitor): void {
  // Parts of a core in the order of its fields; those in FROM see the query around and not their neighbours, arguments of functions aside.
  const inner = (query: Select): Select => {
    walkQuery(query, scope.schema, scope.ctes, scope.outer, visitor);
    return query;
  };
  const here = (expr: Expr): Expr => {
    walkExpr(expr, scope, visitor);
    return expr;
  };
  mapCore(core, { expr: here, query: inner });
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
