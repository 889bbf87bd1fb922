/**
 * `EXISTS (SELECT … WHERE k = x AND p)` → `x IN (SELECT k … WHERE p)`: the subquery then runs once, not once for each row. With several
 * links the values are compared as a row. NOT EXISTS → `x IS NULL OR x NOT IN (SELECT k … WHERE p AND k IS NOT NULL)`, which is NULL nowhere.
 * Left alone: EXISTS where NULL is not false, links that compare by other rules on each side, and a subquery that hangs on more than links.
 */
import type { Core, Expr, Select } from '../../../sql/ast.ts';
import { and, binary, conjunctsOf, literal, selectOf } from '../../../sql/ast.ts';
import { rewriteConditions, type Replacement } from '../filters.ts';
import type { Rule } from '../rule.ts';
import type { Place } from '../support.ts';
import { isPlain, neverNull, unlink, type Link } from '../correlation.ts';

export const existsToIn: Rule = {
  id: 'exists-to-in',
  apply(query, { schema }) {
    return rewriteConditions(query, schema, (condition, _scope, place) => {
      if (condition.kind === 'exists') return toIn(condition.query, place);
      const negated = condition.kind === 'unary' && condition.operator === 'NOT' && condition.operand;
      return negated && negated.kind === 'exists' ? toNotIn(negated.query, place) : null;
    });
  },
};

function toIn(exists: Select, { scope }: Place): Replacement | null {
  const unlinked = isPlain(exists) ? unlink(exists, scope) : null;
  if (!unlinked) return null;
  const { links, core, preconditions } = unlinked;
  const operands = links.map(({ outerExpr }) => outerExpr);
  const operand: Expr = operands.length === 1 ? operands[0] : { kind: 'row', items: operands };
  return { expr: { kind: 'in', not: false, operand, choices: keysOf(links, core) }, preconditions, note: 'IN' };
}

/** A row of several values is NULL in more ways than one: a single link only. */
function toNotIn(exists: Select, { core: around, scope }: Place): Replacement | null {
  const unlinked = isPlain(exists) ? unlink(exists, scope) : null;
  if (!unlinked || unlinked.links.length !== 1) return null;
  const [link] = unlinked.links;
  const { core, preconditions } = unlinked;
  // Proved without a look at the rows: a condition costs little, and holds for good.
  const present = isSure(neverNull(link.inner, core))
    ? core
    : { ...core, where: and([...conjunctsOf(core.where), binary('IS NOT', link.innerExpr, literal('NULL'))]) };
  const listed: Expr = { kind: 'in', not: true, operand: link.outerExpr, choices: keysOf([link], present) };
  const expr = isSure(neverNull(link.outer, around))
    ? listed
    : binary('OR', binary('IS', link.outerExpr, literal('NULL')), listed);
  return { expr, preconditions, note: 'NOT IN' };
}

function isSure(needed: ReturnType<typeof neverNull>): boolean {
  return needed?.every(({ by }) => by === 'schema') ?? false;
}

function keysOf(links: readonly Link[], core: Core): Select {
  return selectOf({
    ...core,
    distinct: false,
    columns: links.map(({ innerExpr }) => ({ expr: innerExpr, alias: null })),
  });
}
