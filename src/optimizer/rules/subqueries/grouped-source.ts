/** A grouped subquery in FROM, and the equalities that join the keys of its groups to other tables. */
import type { Core, Expr, ExprOf, JoinOperator, Select } from '../../../sql/ast.ts';
import { conjunctsOf, mergesColumns } from '../../../sql/ast.ts';
import type { Resolved, Scope } from '../../../sql/scope.ts';
import { foldCase } from '../../../sql/tokens.ts';
import type { Precondition } from '../rule.ts';
import { isClosed, type Place } from '../support.ts';
import { comparesAlike, isBare, scopeWithin } from '../correlation.ts';
import { innerConditions } from '../joins.ts';

export interface GroupedSource {
  index: number;
  join: JoinOperator;
  query: Select;
  /** GROUP BY without the names of result columns. */
  groupBy: readonly ExprOf<'column'>[];
  /** Result columns by folded name. */
  shown: ReadonlyMap<string, Expr>;
  /** At most one for each key of the groups. */
  links: readonly KeyLink[];
}

/** `g.k = a.x` */
export interface KeyLink {
  /** The name of the key in the subquery's result, folded. */
  name: string;
  keyExpr: ExprOf<'column'>;
  outerExpr: ExprOf<'column'>;
  outer: Resolved;
  /** As it stands in ON or WHERE. */
  condition: Expr;
  preconditions: readonly Precondition[];
}

/** Those of the FROM that other tables are joined with by key; none where some join fills both sides with NULLs, or merges columns. */
export function groupedSources(place: Place): GroupedSource[] {
  const { core, scope } = place;
  if (core.from.some((source) => mergesColumns(source) || /RIGHT|FULL|CROSS/.test(source.join))) return [];
  return core.from.flatMap(({ table, join }, index) => {
    if (table.kind !== 'select' || !isBare(table) || table.first.distinct || table.first.groupBy.length === 0)
      return [];
    // What is grouped by is looked at below: it may be the name of a result column.
    if (isClosed({ ...table, first: { ...table.first, groupBy: [] }, orderBy: [] }, scope) !== true) return [];
    const inner = scopeWithin(table.first, scope);
    const groupBy = table.first.groupBy.map((key) => keyColumn(key, table.first, inner));
    if (groupBy.includes(null)) return [];
    const shown = new Map<string, Expr>();
    for (const { expr, alias } of table.first.columns) {
      const name = alias ?? (expr.kind === 'column' ? expr.name : null);
      if (name === null || shown.has(foldCase(name))) return [];
      shown.set(foldCase(name), expr);
    }
    const keys = groupBy.flatMap((key) => key ?? []);
    const links = keys.flatMap((key) => linkOf(key, index, shown, place, inner) ?? []);
    return links.length === 0 ? [] : [{ index, join, query: table, groupBy: keys, shown, links }];
  });
}

/** The column that is grouped by; GROUP BY may name it by a result column. */
function keyColumn(key: Expr, core: Core, inner: Scope): ExprOf<'column'> | null {
  if (key.kind !== 'column') return null;
  if (inner.resolve(key)) return key;
  const named = core.columns.find(
    ({ alias }) => key.table === null && alias !== null && foldCase(alias) === foldCase(key.name),
  );
  return named?.expr.kind === 'column' && inner.resolve(named.expr) ? named.expr : null;
}

function linkOf(
  key: ExprOf<'column'>,
  index: number,
  shown: ReadonlyMap<string, Expr>,
  { core, scope }: Place,
  inner: Scope,
): KeyLink | null {
  const resolved = inner.resolve(key);
  const isKey = (expr: Expr): boolean => {
    const other = expr.kind === 'column' ? inner.resolve(expr) : null;
    return other !== null && other.source === resolved?.source && other.name === resolved.name;
  };
  // Of a LEFT JOIN only its own condition decides what it is joined with.
  const { join, on } = core.from[index];
  const conditions = join === 'LEFT JOIN' ? conjunctsOf(on) : innerConditions(core);
  for (const condition of conditions) {
    if (condition.kind !== 'binary' || condition.operator !== '=') continue;
    for (const [mine, outerExpr] of [
      [condition.left, condition.right],
      [condition.right, condition.left],
    ] as const) {
      const [here, outer] = [mine, outerExpr].map((one) => (one.kind === 'column' ? scope.resolve(one) : null));
      if (here?.scope !== scope || here.source.index !== index || outer?.scope !== scope) continue;
      const name = foldCase(here.name);
      const shownKey = shown.get(name);
      const preconditions = comparesAlike(outer, resolved);
      if (outer.source.index === index || !shownKey || !isKey(shownKey) || !preconditions) continue;
      if (outerExpr.kind === 'column') return { name, keyExpr: key, outerExpr, outer, condition, preconditions };
    }
  }
  return null;
}
