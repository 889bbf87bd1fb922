/**
 * Many rows at once: a short routine beside SQLite (`row-routine`) fills a block of wasm memory, column by column; from there a
 * whole column's rows are moved by one copy. JavaScript is asked once per block, not once per cell, which makes reading a long
 * result half as long again as stepping through it.
 */
import { invariant } from '../../core/errors.ts';
import {
  BLOCK_COLUMNS,
  BLOCK_ROWS,
  BLOCK_SIZE,
  COLUMN_BYTES,
  placesFrom,
  rowRoutine,
  type BlockPlaces,
} from './row-routine.ts';
import { wasmModule } from '../sqlite/wasm-code.ts';
import type { ColumnBuilder } from './column-builder.ts';
import type { RowLayout } from './row-layout.ts';
import type { BareModule } from '../sqlite/sqlite-module.ts';

type Run = (statement: number, columns: number, until: number, row: number, column: number) => number;

export class RowBlock {
  readonly #module: BareModule;
  readonly #places: BlockPlaces;
  readonly #run: Run;
  /** First row of each column that is not yet in its builder. */
  readonly #from = new Int32Array(BLOCK_COLUMNS);

  constructor(module: BareModule, layout: RowLayout) {
    const start = module.raw._malloc(BLOCK_SIZE);
    invariant(start > 0 && start % 8 === 0, 'SQLite has memory for a block of rows');
    this.#module = module;
    this.#places = placesFrom(start);
    const compiled = new WebAssembly.Module(wasmModule(rowRoutine(layout, this.#places)));
    // The export itself: a function around it would be called from wasm a hundred times slower.
    const { _sqlite3_step: call } = module.raw as unknown as WebAssembly.ModuleImports;
    const { exports } = new WebAssembly.Instance(compiled, { env: { call, memory: module.memory } });
    this.#run = exports.run as Run;
  }

  /** Rows laid so far in the present block; true also while SQLite is at work on the next one. */
  get rows(): number {
    return this.#module.i32()[this.#places.row >> 2];
  }

  /** Column of the cell that is left to the caller, whose row is `rows`. */
  get column(): number {
    return this.#module.i32()[this.#places.column >> 2];
  }

  /** Begins a block. */
  clear(): void {
    const { used, row, column } = this.#places;
    const words = this.#module.i32();
    words.fill(0, used >> 2, (used >> 2) + BLOCK_COLUMNS);
    words[row >> 2] = 0;
    words[column >> 2] = 0;
    this.#from.fill(0);
  }

  /**
   * Lays the row that the statement stands on and the next ones, up to `until` of the block; goes on after a cell that was left
   * to the caller. The code of the last step, or `LEFT_TO_CALLER`.
   */
  fill(statement: number, columns: number, until: number): number {
    return this.#run(statement, columns, until, this.rows, this.column);
  }

  /** The cell that was left is in its builder: the next `fill` begins behind it. */
  skip(): void {
    const { row, column } = this.#places;
    const words = this.#module.i32();
    this.#from[words[column >> 2]] = words[row >> 2] + 1;
    words[column >> 2]++;
  }

  /** Moves what a column has in the block to its builder; the block's first row is row `base` of the result. */
  empty(column: number, builder: ColumnBuilder, base: number): void {
    const { numbers, ends, classes, used, bytes } = this.#places;
    const from = this.#from[column];
    const to = this.rows;
    if (from >= to) return;
    this.#from[column] = to;
    const cells = column * BLOCK_ROWS;
    const heap = this.#module.u8();
    const words = this.#module.i32();
    const start = bytes + column * COLUMN_BYTES;
    const length = words[(used >> 2) + column];
    words[(used >> 2) + column] = 0;
    builder.append(
      base + from,
      heap.subarray(classes + cells + from, classes + cells + to),
      this.#module.f64().subarray((numbers >> 3) + cells + from, (numbers >> 3) + cells + to),
      words.subarray((ends >> 2) + cells + from, (ends >> 2) + cells + to),
      heap.subarray(start, start + length),
    );
  }

  /** It is not used any more. */
  free(): void {
    this.#module.raw._free(this.#places.numbers);
  }
}
