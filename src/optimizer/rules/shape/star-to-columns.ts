/** `SELECT *` → its columns by name, in the same order. Left alone: stars over USING, and over what the schema does not show. */
import { replaceCore } from '../../../sql/walk.ts';
import type { Rule } from '../rule.ts';
import { placesOf, withoutStars } from '../support.ts';

export const starToColumns: Rule = {
  id: 'star-to-columns',
  apply(query, { schema }) {
    let select = query;
    let changes = 0;
    // A replaced core hides the ones within it, so one place a round; stars are few.
    for (let found = true; found;) {
      found = false;
      for (const { core, scope } of placesOf(select, schema)) {
        const columns = withoutStars(core, scope);
        if (!columns || columns === core.columns) continue;
        select = replaceCore(select, core, { ...core, columns });
        changes++;
        found = true;
        break;
      }
    }
    return changes === 0 ? [] : [{ select, preconditions: [], note: 'the star written out' }];
  },
};
