/** `SELECT *` → its columns by name, in the same order. Left alone: stars over USING, and over what the schema does not show. */
import type { Core, Expr, Select } from '../../../sql/ast.ts';
import { mapCore, mapParts, mapSelect } from '../../../sql/walk.ts';
import type { Rule } from '../rule.ts';
import { placesOf, withoutStars } from '../support.ts';

export const starToColumns: Rule = {
  id: 'star-to-columns',
  apply(query, { schema }) {
    const scopes = new Map(placesOf(query, schema).map(({ core, scope }) => [core, scope]));
    const parts = {
      expr: (expr: Expr): Expr => mapParts(expr, parts),
      query: (inner: Select): Select => mapSelect(inner, parts),
      core: (core: Core): Core => {
        const inside = mapCore(core, parts);
        const scope = scopes.get(core);
        const columns = scope && withoutStars(inside, scope);
        return !columns || columns === inside.columns ? inside : { ...inside, columns };
      },
    };
    const select = mapSelect(query, parts);
    return select === query ? [] : [{ select, preconditions: [], note: 'the star written out' }];
  },
};
