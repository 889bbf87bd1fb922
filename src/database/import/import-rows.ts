/** Rows of a file into a table of a fork, in one transaction: all of them or none. */
import { AppError } from '../../core/errors.ts';
import { BulkInsert } from '../rows/bulk-insert.ts';
import type { Connection } from '../connection.ts';
import { refuse } from './file-kind.ts';
import { Ledger } from './ledger.ts';
import type { ImportPlan, Misfits } from './protocol.ts';
import type { RowSource } from './row-source.ts';
import { prepareTable } from './target-table.ts';

/** How an import is told about, stopped, and kept from blocking its worker. */
export interface ImportControl {
  /** Called after each piece of the file: reports, lets messages in, and throws `cancelled` when asked to. */
  checkpoint(bytesRead: number, rows: number): Promise<void>;
}

export interface Imported {
  tables: string[];
  rows: number;
  ledger: Ledger;
  notes: string[];
  misfits: Misfits[];
}

/** Rows between two looks at clock and cancel. */
const ROWS_BETWEEN_CHECKS = 5000;

/** Error `import` names the line of a row that a constraint refused. */
export async function importRows(
  connection: Connection,
  plan: ImportPlan,
  source: RowSource,
  control: ImportControl,
): Promise<Imported> {
  const { columns } = plan.reading;
  const ledger = new Ledger(columns.length);
  connection.exec('BEGIN');
  const { name, into, places, types, notes } = prepareTable(connection, plan);
  const insert = new BulkInsert(connection.module, connection.native, into, places.length);
  const isAll = places.length === columns.length;
  let rows = 0;
  try {
    for await (const batch of source(types, ledger)) {
      for (let row = 0; row < batch.rows.length; row++) {
        const values = batch.rows[row];
        try {
          insert.insert(isAll ? values : places.map((place) => values[place]));
        } catch (error) {
          throw refusedRow(error, batch.lineOf(row), name);
        }
        if (++rows % ROWS_BETWEEN_CHECKS === 0) await control.checkpoint(batch.bytesRead, rows);
      }
      await control.checkpoint(batch.bytesRead, rows);
    }
  } finally {
    insert.free();
  }
  try {
    connection.exec('COMMIT');
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw refuse(`${name}: ${error.message} when the rows were to be kept. Nothing was imported.`);
  }
  const typed = columns.map((column, index) => ({ ...column, type: types[index] ?? column.type }));
  return { tables: [name], rows, ledger, notes: [...notes, ...ledger.notes(typed)], misfits: ledger.misfits(typed) };
}

function refusedRow(error: unknown, line: number, table: string): unknown {
  if (!(error instanceof AppError) || error.code !== 'sql') return error;
  return refuse(`Line ${line.toLocaleString('en')}: ${error.message} (table ${table}). Nothing was imported.`, {
    line,
  });
}
