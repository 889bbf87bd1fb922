/** What every format gives to whoever inserts rows or shows the first of them. */
import type { SqlValue } from '../protocol.ts';
import type { Ledger } from './ledger.ts';
import type { ImportType } from './protocol.ts';

export interface RowBatch {
  /** Values in the order of the reading's columns, fitted to their types. */
  rows: SqlValue[][];
  /** Where a row of this batch stands: its line in a text, its number in a file without lines. */
  lineOf(row: number): number;
  /** Bytes of the file read so far. */
  bytesRead: number;
}

/** `types` by column of the reading; null for a column that is left out, whose values then are NULL. */
export type RowSource = (types: readonly (ImportType | null)[], ledger: Ledger) => AsyncGenerator<RowBatch>;
