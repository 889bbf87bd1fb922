/** Are both results equal on the person's own data? Compared on the fork, row by row, with storage classes and without tolerance. */
import { difference, orderCheckOf } from '../equal.ts';
import { isDeadline, messageOf } from '../sandbox.ts';
import { pass, refuse, type Guard } from './guard.ts';

/** Results beyond this are not held in memory to compare. */
const ROWS_MAX = 300_000;

export const thisData: Guard = {
  id: 'this-data',
  check({ original, rewritten }, context) {
    const { sandbox, parameters, names, guardBudgetMs } = context;
    try {
      // The rewritten text first: if that is slow there is nothing to gain.
      const after = sandbox.run(rewritten.sql, parameters, guardBudgetMs);
      const before = (context.originalRun ??= sandbox.run(original.sql, parameters, guardBudgetMs));
      if (before.rowCount > ROWS_MAX) return refuse('this-data', `${before.rowCount} rows are too many to compare.`);
      const found = difference(before, after, orderCheckOf(original.select, context.schema));
      if (found) return refuse('this-data', `The results differ on this data: ${found}.`);
      return pass(
        'this-data',
        `Equal on this data: ${counted(before.rowCount, 'row')} of ${counted(names.length, 'column')}, with their storage classes.`,
      );
    } catch (error) {
      if (isDeadline(error)) {
        return refuse(
          'this-data',
          `Not enough evidence: one of the two did not finish within ${Math.round(guardBudgetMs)} ms.`,
        );
      }
      return refuse('this-data', `It fails on this data: ${messageOf(error)}.`);
    }
  },
};

function counted(count: number, word: string): string {
  return `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;
}
