/** What an index adds to a row that is written, measured: rows of its table deleted with it and without it, and put back. */
import { quoted } from '../core/sql-name.ts';
import type { Sandbox } from '../optimizer/sandbox.ts';
import type { Schema } from '../sql/schema.ts';
import type { BuiltIndex } from './build.ts';
import type { IndexRack } from './rack.ts';

const ROWS = 500;
/** A trigger, or a foreign key without an index, may make it take for ever. */
const LIMIT_MS = 200;

/** Microseconds a row, 0 at least; null for a table without row ids, and where rows may not be deleted, or take too long. */
export function writeCostOf(fork: Sandbox, rack: IndexRack, index: BuiltIndex, schema: Schema): number | null {
  const table = schema.table(index.candidate.table);
  if (!table || table.withoutRowid) return null;
  const name = quoted(table.name);
  const rowid = quoted(table.columns.find(({ isRowid }) => isRowid)?.name ?? 'rowid');
  const remove = `DELETE FROM ${name} WHERE ${rowid} IN (SELECT ${rowid} FROM ${name} LIMIT ${ROWS})`;
  const timed = (numbers: readonly number[]): number => {
    rack.show(numbers);
    fork.execute('SAVEPOINT write_cost');
    try {
      return fork.run(remove, [], LIMIT_MS).elapsedMs;
    } finally {
      fork.execute('ROLLBACK TO write_cost; RELEASE write_cost');
    }
  };
  try {
    timed([]);
    const without = Math.min(timed([]), timed([]));
    const withIt = Math.min(timed([index.rackNumber]), timed([index.rackNumber]));
    return (Math.max(0, withIt - without) * 1000) / ROWS;
  } catch {
    return null;
  }
}
