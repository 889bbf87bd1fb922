/** What an index adds to a row that is written, measured: rows of its table inserted again with it and without it, and taken back. */
import { quoted } from '../core/sql-name.ts';
import type { Sandbox } from '../optimizer/sandbox.ts';
import type { Schema } from '../sql/schema.ts';
import type { BuiltIndex } from './build.ts';
import type { IndexRack } from './rack.ts';

const ROWS = 500;

/** Microseconds a row, 0 at least; null where rows cannot be inserted again: a key other than the row id, a table without one. */
export function writeCostOf(fork: Sandbox, rack: IndexRack, index: BuiltIndex, schema: Schema): number | null {
  const table = schema.table(index.candidate.table);
  if (!table || table.withoutRowid) return null;
  const columns = table.columns
    .filter(({ generated, isRowid }) => !generated && !isRowid)
    .map(({ name }) => quoted(name));
  if (columns.length === 0) return null;
  const name = quoted(table.name);
  const list = columns.join(', ');
  const insert = `INSERT INTO ${name}(${list}) SELECT ${list} FROM ${name} LIMIT ${ROWS}`;
  const timed = (numbers: readonly number[]): number => {
    rack.show(numbers);
    fork.execute('SAVEPOINT write_cost');
    try {
      return fork.run(insert, [], null).elapsedMs;
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
