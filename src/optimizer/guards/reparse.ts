/** Is the rewritten text the rewritten tree? It must read back to the tree that was meant: a lost bracket is found here. */
import { printSelect } from '../../sql/print.ts';
import { sameTree } from '../../sql/shapes.ts';
import { messageOf } from '../sandbox.ts';
import { pass, refuse, type Guard } from './guard.ts';

export const reparse: Guard = {
  id: 'reparse',
  check({ rewritten }, { read, sandbox, names }) {
    const again = read(rewritten.sql);
    if (!again.ok) return refuse('reparse', `The rewritten text cannot be read back: ${again.reason}.`);
    if (!sameTree(again.select, rewritten.select)) {
      return refuse('reparse', `The rewritten text reads as another tree: ${printSelect(again.select)}`);
    }
    try {
      const now = sandbox.columnNames(rewritten.sql);
      const renamed = names.findIndex((name, index) => name !== now[index]);
      if (renamed >= 0 || now.length !== names.length) {
        return refuse('reparse', `The rewritten text has other columns: ${now.join(', ')}.`);
      }
    } catch (error) {
      return refuse('reparse', `SQLite refuses the rewritten text: ${messageOf(error)}.`);
    }
    return pass('reparse', 'The rewritten text reads back to the tree that was meant, with the same column names.');
  },
};
