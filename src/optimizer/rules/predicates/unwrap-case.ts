/**
 * `CASE WHEN total = 5 THEN 1 ELSE 0 END = 1` → `total = 5`: where the branches give constants, the comparison with each is known, and what is left is
 * the condition of those that satisfy it. IIF is the same, and so is a CASE that is itself the condition. A branch is taken only when none before
 * it was: those before are then added as `IS NOT TRUE`, unless they satisfy the comparison too.
 * Left alone: an ELSE that satisfies it (the rest of all rows is no range), and branches that are not constants.
 */
import { and, binary, literal, type Expr } from '../../../sql/ast.ts';
import { foldCase } from '../../../sql/tokens.ts';
import { someExpr } from '../../../sql/walk.ts';
import type { Rule } from '../rule.ts';
import { holdsOf, readComparison } from './comparison.ts';
import { constantOf } from './constants.ts';
import { rewriteConditions } from '../filters.ts';

export const unwrapCase: Rule = {
  id: 'unwrap-case',
  apply(query, { schema }) {
    return rewriteConditions(query, schema, (condition) => {
      const expr = unwrapped(condition);
      return expr && { expr, preconditions: [], note: 'the condition of the branch itself' };
    });
  },
};

interface Branch {
  when: Expr;
  satisfied: boolean;
}

function unwrapped(condition: Expr): Expr | null {
  const comparison = readComparison(condition);
  const choice = choiceOf(comparison?.operand ?? condition);
  if (!choice) return null;
  const branches: Branch[] = [];
  for (const { when, then } of choice.branches) {
    const satisfied = satisfies(then);
    if (satisfied === null) return null;
    branches.push({ when, satisfied });
  }
  if (choice.otherwise && satisfies(choice.otherwise) !== false) return null;
  const taken = branches.flatMap((branch, index) => {
    const before = branches.slice(0, index).filter((one) => !one.satisfied);
    return branch.satisfied ? [{ when: branch.when, before }] : [];
  });
  // A condition that CASE would not have come to may fail where it now is asked.
  const isSafe = branches.length === 1 || branches.every(({ when }) => !canFail(when));
  if (taken.length === 0 || !isSafe) return null;
  const arms = taken.map(({ when, before }) =>
    and([when, ...before.map((one) => binary('IS NOT', one.when, literal('TRUE')))]),
  );
  return arms.reduce((left, right) => left && right && binary('OR', left, right));

  /** Null for what is no constant; NULL satisfies nothing. */
  function satisfies(then: Expr): boolean | null {
    if (then.kind === 'literal' && /^null$/i.test(then.text)) return false;
    const value = constantOf(then);
    if (value === null) return null;
    if (comparison) return holdsOf(comparison, value);
    return typeof value === 'string' ? null : value !== 0n && value !== 0;
  }
}

interface Choice {
  branches: readonly { when: Expr; then: Expr }[];
  otherwise: Expr | null;
}

function choiceOf(expr: Expr): Choice | null {
  if (expr.kind === 'case') {
    const { operand } = expr;
    const branches = operand
      ? expr.branches.map(({ when, then }) => ({ when: binary('=', operand, when), then }))
      : expr.branches;
    return { branches, otherwise: expr.otherwise };
  }
  if (expr.kind !== 'call' || !/^(iif|if)$/.test(foldCase(expr.name))) return null;
  const [when, then, otherwise = null] = expr.args;
  return when && then && expr.args.length <= 3 ? { branches: [{ when, then }], otherwise } : null;
}

/** Functions may fail on some values: sums that overflow, JSON that is none. So may a subquery. */
function canFail(expr: Expr): boolean {
  return someExpr(expr, ({ kind }) => /^(call|exists|scalar|in-table)$/.test(kind));
}
