/**
 * `WITH g AS (…)` → `WITH g AS MATERIALIZED (…)`, and NOT MATERIALIZED. Made whole once, nothing is done twice; made for each reader, one that stops early (EXISTS, LIMIT)
 * makes no more than it takes. Which is quicker the text does not show: each is tried, and kept only when measured faster.
 * A hint that is there is tried without, too.
 * Left alone: common tables that are read once and bear no hint, and recursion, which is always made whole.
 */
import type { Cte, Select } from '../../../sql/ast.ts';
import { foldCase } from '../../../sql/tokens.ts';
import { replaceQuery, visit } from '../../../sql/walk.ts';
import type { Rewrite, Rule } from '../rule.ts';
import { tableNamesIn } from '../support.ts';

type Hint = NonNullable<Cte['materialized']> | null;

const HINTS: readonly Hint[] = [null, true, false];

export const materializedHints: Rule = {
  id: 'materialized-hints',
  apply(query) {
    const owners: Select[] = [];
    const reads = new Map<string, number>();
    visit(query, {
      query: (one) => void (one.ctes.length > 0 && owners.push(one)),
      table: ({ name }) => void reads.set(foldCase(name), (reads.get(foldCase(name)) ?? 0) + 1),
    });
    const isChoice = (cte: Cte): boolean =>
      !tableNamesIn(cte.query).has(foldCase(cte.name)) &&
      (cte.materialized !== undefined || (reads.get(foldCase(cte.name)) ?? 0) > 1);
    return owners.flatMap((owner) => {
      const choices = owner.ctes.filter(isChoice);
      // Each alone, and all alike: a rule comes once in a sequence.
      const sets = choices.length > 1 ? [choices, ...choices.map((one) => [one])] : [choices];
      return sets.flatMap((set) => HINTS.flatMap((hint) => hinted(query, owner, set, hint)));
    });
  },
};

function hinted(query: Select, owner: Select, set: readonly Cte[], hint: Hint): Rewrite[] {
  const changed = set.filter((one) => (one.materialized ?? null) !== hint);
  if (changed.length === 0) return [];
  const ctes = owner.ctes.map((cte) => (changed.includes(cte) ? withHint(cte, hint) : cte));
  const told = hint === null ? 'without a hint' : hint ? 'made once' : 'made for each reader';
  const note = `${changed.map(({ name }) => name).join(', ')} ${told}`;
  return [{ select: replaceQuery(query, owner, { ...owner, ctes }), preconditions: [], note }];
}

function withHint({ name, columns, query }: Cte, hint: Hint): Cte {
  return { name, columns, query, ...(hint !== null && { materialized: hint }) };
}
