/**
 * `t AS a JOIN t AS b ON a.id = b.id` → `t AS a`: by its key each row meets itself, and nothing else. All columns are then those of a.
 * Left alone: joins on less than a key, outer joins, and subqueries that speak of b.
 */
import type { Expr, Select } from '../../../sql/ast.ts';
import { and, column } from '../../../sql/ast.ts';
import { containsKey } from '../../../sql/schema.ts';
import type { ScopeSource } from '../../../sql/scope.ts';
import { bySchema, type Rewrite, type Rule } from '../rule.ts';
import { placesOf, withoutStars, type Place } from '../support.ts';
import { comparesAlike } from '../correlation.ts';
import { detach, innerConditions, isInner } from '../joins.ts';
import { replacePlace, substitute, substituteCore } from '../substitute.ts';
import { usedElsewhere } from './usage.ts';

export const selfJoin: Rule = {
  id: 'self-join',
  apply(query, { schema }) {
    return placesOf(query, schema).flatMap((place) => {
      const { sources } = place.scope;
      return sources.flatMap((kept, at) => sources.slice(at + 1).flatMap((gone) => rewrite(kept, gone, place, query)));
    });
  },
};

function rewrite(kept: ScopeSource, gone: ScopeSource, place: Place, query: Select): Rewrite[] {
  const { core, scope, owner } = place;
  const { table } = kept;
  if (!table || gone.table !== table || kept.label === '' || !isInner(core.from[kept.index])) return [];
  const linking = innerConditions(core).filter((one) => keyIn(one, kept, gone, place) !== null);
  const names = linking.flatMap((one) => keyIn(one, kept, gone, place) ?? []);
  const columns = withoutStars(core, scope);
  const rest = detach([gone.index], core, scope);
  if (!containsKey(table, names) || !columns || !rest) return [];
  // What links other columns stays: it is then asked of one row.
  const isKey = (name: string): boolean => table.columns.some((one) => one.name === name && one.notNull);
  const conditions = rest.conditions.filter((one) => {
    const name = keyIn(one, kept, gone, place);
    return name === null || !isKey(name);
  });
  const change = (expr: Expr): Expr | null => {
    const resolved = expr.kind === 'column' ? scope.resolve(expr) : null;
    return resolved?.scope === scope && resolved.source === gone ? column(kept.label, resolved.name) : null;
  };
  const changed = substituteCore({ ...core, columns, where: and(conditions) }, change);
  const orderBy = owner.orderBy.map((term) => ({ ...term, expr: substitute(term.expr, change) }));
  const left = { core: changed, scope, owner: { ...owner, orderBy } };
  const ons = core.from.flatMap((source, at) => (isInner(source) ? at : []));
  if (usedElsewhere(gone.index, left, { conditions: [], ons })) return [];
  const select = replacePlace(query, place, { ...changed, from: rest.from }, change);
  const preconditions = [bySchema(`${table.name} has one row for each ${names.join(', ')}`, true)];
  return [{ select, preconditions, note: `${gone.label} is ${kept.label}` }];
}

/** The column of which the condition says that it is the same in both. */
function keyIn(condition: Expr, a: ScopeSource, b: ScopeSource, { scope }: Place): string | null {
  if (condition.kind !== 'binary' || condition.operator !== '=') return null;
  const [left, right] = [condition.left, condition.right].map((one) =>
    one.kind === 'column' ? scope.resolve(one) : null,
  );
  if (left?.scope !== scope || right?.scope !== scope || left.name !== right.name || !comparesAlike(left, right))
    return null;
  const isBoth = (left.source === a && right.source === b) || (left.source === b && right.source === a);
  return isBoth ? left.name : null;
}
