/** Whole large cells of recent results, so that the page can ask for one that was cut. Bounded in bytes; the oldest go first. */
import { AppError } from '../../core/errors.ts';
import { largeAt } from '../../database/rows/columns.ts';
import type { ResultColumns, SqlValue } from '../../database/protocol.ts';

export const KEPT_BYTES_MAX = 256 * 1024 * 1024;

export class LargeCells {
  readonly #kept = new Map<number, ResultColumns>();
  #bytes = 0;
  #nextId = 1;

  /** Keeps the large cells and gives their id; null when there are none. */
  keep(result: ResultColumns | null): number | null {
    if (!result || result.large.length === 0) return null;
    const id = this.#nextId++;
    this.#kept.set(id, result);
    this.#bytes += bytesOf(result);
    for (const [oldest, held] of this.#kept) {
      if (this.#bytes <= KEPT_BYTES_MAX || oldest === id) break;
      this.#kept.delete(oldest);
      this.#bytes -= bytesOf(held);
    }
    return id;
  }

  /** The whole value of a cut cell. Error `not-kept` when it has been let go. */
  cell(resultId: number, row: number, column: number): SqlValue {
    const result = this.#kept.get(resultId);
    const value = result ? largeAt(result, row, column) : null;
    if (value === null) {
      throw new AppError('not-kept', 'The whole cell is no longer kept. Run the query again to see it.');
    }
    return value;
  }
}

function bytesOf(result: ResultColumns): number {
  return result.large.reduce((sum, cell) => sum + cell.bytes.byteLength, 0);
}
