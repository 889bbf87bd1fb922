/**
 * `(SELECT k, sum(v) FROM b GROUP BY k) AS g JOIN a ON g.k = a.x WHERE p(a)` → `… FROM b WHERE k IN (SELECT x FROM a WHERE p(a)) GROUP BY k …`:
 * groups that would not be joined are not made (a semi-join as in Bernstein and Chiu 1981). SQLite moves constants into a grouped subquery,
 * but no keys.
 * Left alone: tables of which nothing is asked, and keys that compare by other rules.
 */
import type { Core, Expr, Select } from '../../../sql/ast.ts';
import { and, conjunctsOf, selectOf } from '../../../sql/ast.ts';
import { printExpr } from '../../../sql/print.ts';
import { sourcesOf } from '../../../sql/scope.ts';
import { replaceCore } from '../../../sql/walk.ts';
import type { Rewrite, Rule } from '../rule.ts';
import { isClosed, placesOf, type Place } from '../support.ts';
import { groupedSources, type GroupedSource, type KeyLink } from './grouped-source.ts';

export const pushKeys: Rule = {
  id: 'push-keys',
  apply(query, { schema }) {
    return placesOf(query, schema).flatMap((place) =>
      groupedSources(place).flatMap((grouped) => {
        const sources = new Set(grouped.links.map(({ outer }) => outer.source.index));
        return [...sources].flatMap((index) => {
          const links = grouped.links.filter(({ outer }) => outer.source.index === index);
          return rewrite(grouped, links, index, place, query);
        });
      }),
    );
  },
};

/** All keys that one table gives, as one condition. */
function rewrite(
  grouped: GroupedSource,
  links: readonly KeyLink[],
  index: number,
  place: Place,
  query: Select,
): Rewrite[] {
  const { core, scope } = place;
  const source = core.from[index];
  const asked = [...conjunctsOf(core.where), ...(source.join === 'JOIN' ? conjunctsOf(source.on) : [])].filter(
    (one) => {
      const sources = sourcesOf(one, scope);
      return sources?.size === 1 && sources.has(index);
    },
  );
  if (asked.length === 0 || source.table.kind !== 'table') return [];
  const keys = selectOf({
    distinct: false,
    columns: links.map(({ outerExpr }) => ({ expr: outerExpr, alias: null })),
    from: [{ ...source, join: 'first', on: null }],
    where: and(asked),
    groupBy: [],
    having: null,
  });
  if (isClosed(keys, scope) !== true) return [];
  const operands = links.map(({ keyExpr }) => keyExpr);
  const operand: Expr = operands.length === 1 ? operands[0] : { kind: 'row', items: operands };
  const { first } = grouped.query;
  const wanted: Expr = { kind: 'in', not: false, operand, choices: keys };
  const before = conjunctsOf(first.where);
  if (before.some((one) => printExpr(one) === printExpr(wanted))) return [];
  const narrowed: Core = { ...first, where: and([...before, wanted]) };
  const preconditions = links.flatMap((link) => link.preconditions);
  return [{ select: replaceCore(query, first, narrowed), preconditions, note: 'only the groups that are joined' }];
}
