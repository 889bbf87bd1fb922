/**
 * Does what the rewrite needs hold: proved by the schema, or seen on the data now? And is the original's result determined at all, with its
 * order and its parameters kept? What neither schema nor data shows is refused, however likely it is.
 */
import type { Select } from '../../sql/ast.ts';
import { visit } from '../../sql/walk.ts';
import { parameterTokens } from '../bytecode.ts';
import { determinacy } from '../determined.ts';
import { pass, refuse, type Guard } from './guard.ts';

export const preconditions: Guard = {
  id: 'preconditions',
  check({ original, rewritten, rewrite }, { schema, facts, guardBudgetMs, sandbox }) {
    const { reason } = determinacy(original.select, schema);
    if (reason) return refuse('preconditions', `The result is not determined: ${reason}.`);
    const parameters = parametersLost(original.sql, rewritten.sql);
    if (parameters) return refuse('preconditions', parameters);
    if (!keepsOrder(original.select, rewritten.select)) {
      return refuse('preconditions', 'The rewritten text sorts or cuts the result differently.');
    }
    if (rewrite.preconditions.length === 0)
      return pass('preconditions', 'Holds for every schema; the result is determined by the data.');
    const deadlineMs = sandbox.nowMs() + guardBudgetMs;
    const evidence = new Set<string>();
    for (const one of rewrite.preconditions) {
      const fact = facts.check(one, Math.max(1, deadlineMs - sandbox.nowMs()));
      if (!fact.holds) return refuse('preconditions', `${fact.evidence}.`);
      evidence.add(fact.evidence);
    }
    return pass('preconditions', `${[...evidence].join('. ')}.`);
  },
};

/** Why the bound values would reach other places, or null. Anonymous ones count by position; the others go by name. */
export function parametersLost(original: string, rewritten: string): string | null {
  const before = parameterTokens(original);
  const after = parameterTokens(rewritten);
  if (before.join(' ') === after.join(' ')) return null;
  if ([...before, ...after].some((one) => one === '?')) {
    return 'Anonymous parameters would be bound in another order: number them (?1, ?2) to let the text be rewritten.';
  }
  // Names get their numbers in order of appearance, which matters to those who bind by position.
  const inOrder = (all: string[]): string => [...new Set(all)].join(' ');
  const numbered = before.every((one) => /^\?\d+$/.test(one));
  const same = numbered ? new Set(before).size === new Set(after).size : inOrder(before) === inOrder(after);
  return same && after.every((one) => before.includes(one)) ? null : 'The parameters would appear in another order.';
}

function keepsOrder(original: Select, rewritten: Select): boolean {
  const before = JSON.stringify([original.limit, original.offset]);
  const isCutAlike = (query: Select): boolean => JSON.stringify([query.limit, query.offset]) === before;
  return (
    original.orderBy.length === rewritten.orderBy.length &&
    original.orderBy.every((term, index) => {
      const other = rewritten.orderBy[index];
      return term.descending === other?.descending && term.nulls === other.nulls;
    }) &&
    (isCutAlike(rewritten) || (isUncut(rewritten) && someQuery(rewritten, isCutAlike)))
  );
}

/** A LIMIT may have moved inwards: what it then cuts, small databases show. */
function isUncut({ limit, offset }: Select): boolean {
  return limit === null && offset === null;
}

function someQuery(query: Select, test: (query: Select) => boolean): boolean {
  let found = false;
  visit(query, { query: (one) => void (found ||= test(one)) });
  return found;
}
