/**
 * `WHERE p … GROUP BY k` → `… GROUP BY +k`, and so for the first column of DISTINCT, the first term of ORDER BY, the argument of count(DISTINCT k):
 * SQLite likes to read an index in the order of k, row by row in the table, where p would leave a few rows to be sorted. A unary plus changes
 * no value, no affinity that is compared here and no collation; it only is no column of an index.
 * Left alone: what is read as a whole, and DISTINCT columns of subqueries, which others may compare.
 */
import type { Core, Expr, Select } from '../../../sql/ast.ts';
import { foldCase } from '../../../sql/tokens.ts';
import { replaceCore, replaceQuery } from '../../../sql/walk.ts';
import { groupKey, isAggregated } from '../../determined.ts';
import type { Rewrite, Rule } from '../rule.ts';
import { namesMayChange, placesOf, type Place } from '../support.ts';
import { replacePlace, substituteCore } from '../substitute.ts';

export const indexOrder: Rule = {
  id: 'index-order',
  apply(query, { schema }) {
    return placesOf(query, schema)
      .filter(({ core }) => core.where !== null || core.from.length > 1)
      .flatMap((place) =>
        [groups(place, query), distinctRows(place, query), sorted(place, query), distinctValues(place, query)].flatMap(
          (select): Rewrite[] => (select ? [{ select, preconditions: [], note: 'not in the order of an index' }] : []),
        ),
      );
  },
};

/** The column of a table with a plus before it; null for all else. */
function plus(expr: Expr | undefined, { scope }: Place): Expr | null {
  const resolved = expr?.kind === 'column' ? scope.resolve(expr) : null;
  return expr && resolved?.scope === scope && resolved.source.table
    ? { kind: 'unary', operator: '+', operand: expr }
    : null;
}

function groups(place: Place, query: Select): Select | null {
  const { core, scope } = place;
  const [first, ...others] = core.groupBy;
  const key = first && plus(groupKey(first, core, scope), place);
  return key && replaceCore(query, core, { ...core, groupBy: [key, ...others] });
}

function distinctRows(place: Place, query: Select): Select | null {
  const { core, owner } = place;
  const [first, ...others] = core.columns;
  if (!core.distinct || isAggregated(core) || owner !== query || owner.rest.length > 0) return null;
  const expr = plus(first.expr, place);
  return expr && replaceCore(query, core, { ...core, columns: [{ ...first, expr }, ...others] });
}

function sorted(place: Place, query: Select): Select | null {
  const { core, owner, scope } = place;
  const [first, ...others] = owner.orderBy;
  if (!first || owner.rest.length > 0 || core.distinct || isAggregated(core)) return null;
  // What is the name of a result column means that.
  const named = first.expr.kind === 'column' && first.expr.table === null && scope.isAlias(foldCase(first.expr.name));
  const expr = named ? null : plus(first.expr, place);
  return expr && replaceQuery(query, owner, { ...owner, orderBy: [{ ...first, expr }, ...others] });
}

function distinctValues(place: Place, query: Select): Select | null {
  const { core } = place;
  if (core.groupBy.length > 0 || !namesMayChange(place, query)) return null;
  let changes = 0;
  const change = (expr: Expr): Expr | null => {
    const argument = expr.kind === 'call' && expr.distinct && expr.args.length === 1 ? plus(expr.args[0], place) : null;
    if (expr.kind !== 'call' || !argument) return null;
    changes++;
    return { ...expr, args: [argument] };
  };
  const changed: Core = substituteCore(core, change);
  const select = replacePlace(query, place, changed, change);
  return changes === 0 ? null : select;
}
