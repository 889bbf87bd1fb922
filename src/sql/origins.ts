/** What lies behind a column of a subquery or of a common table: the expressions that it shows, each where it stands. */
import { column, mergesColumns, type Core, type Expr, type ResultColumn, type Select } from './ast.ts';
import { remembered } from './remembered.ts';
import { scopeOf, withCtes, type Resolved, type Scope } from './scope.ts';
import { foldCase } from './tokens.ts';
import { visit } from './walk.ts';

export interface Origin {
  expr: Expr;
  scope: Scope;
}

/** One for each arm (each row of VALUES); null where there is no query behind the column, it names itself, or its place is not certain. */
export const originsOf = remembered(({ source, scope, name }: Resolved): readonly Origin[] | null => {
  if (!source.inner?.columns) return null;
  const { query, columns, ctes, outer } = source.inner;
  const at = columns.findIndex((one) => foldCase(one) === foldCase(name));
  if (at < 0 || namesItself(query, source.inner.ctes)) return null;
  const inSight = withCtes(query, scope.schema, ctes, outer);
  const origins: Origin[] = [];
  for (const core of [query.first, ...query.rest.map((arm) => arm.core)]) {
    const inner = scopeOf(core, scope.schema, inSight, outer);
    const shown = core.values?.map((row) => row[at]) ?? [withoutStars(core, inner)?.[at]?.expr];
    for (const expr of shown) {
      if (!expr) return null;
      origins.push({ expr, scope: inner });
    }
  }
  return origins;
});

/** A common table that reads itself. */
function namesItself(query: Select, ctes: ReadonlyMap<string, { query: Select }>): boolean {
  let found = false;
  visit(query, {
    table: ({ kind, name }) => {
      if (kind === 'table' && ctes.get(foldCase(name))?.query === query) found = true;
    },
  });
  return found;
}

/** The result columns with each star written out, or null when some star is not certain. */
export function withoutStars(core: Core, scope: Scope): readonly ResultColumn[] | null {
  if (!core.columns.some(({ expr }) => expr.kind === 'star')) return core.columns;
  if (core.from.some(mergesColumns)) return null;
  const columns: ResultColumn[] = [];
  for (const one of core.columns) {
    if (one.expr.kind !== 'star') {
      columns.push(one);
      continue;
    }
    const qualifier = one.expr.table;
    const sources = scope.sources.filter((source) => qualifier === null || source.name === foldCase(qualifier));
    if (sources.length === 0) return null;
    for (const source of sources) {
      if (!source.columns) return null;
      for (const name of source.columns) {
        const alone = scope.sources.length === 1;
        if (!alone && source.label === '') return null;
        columns.push({ expr: column(alone ? null : source.label, name), alias: null });
      }
    }
  }
  return columns;
}
