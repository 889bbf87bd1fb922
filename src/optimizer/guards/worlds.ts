/** Tiny databases with the schema's own constraints, filled over and over. */
import type { Random } from '../../core/ports.ts';
import { printName } from '../../sql/print.ts';
import type { Schema } from '../../sql/schema.ts';
import type { Cell, Run, Sandbox } from '../sandbox.ts';
import { tablesBehind } from '../tables-behind.ts';
import type { TouchedTable } from './domains.ts';
import { poolOf, variantValue, type Pool } from './pools.ts';
import { StagedTable, twinOf } from './staging.ts';

/** For each table the staged rows that it holds. */
export type World = readonly (readonly number[])[];

/** For each table its rows, each with the values of its columns as staged. */
export type Rows = readonly (readonly (readonly Cell[])[])[];

/** Rows of one table that are made while worlds are tried, by changing a value of one that told something. */
const VARIANTS_MAX = 120;

export class Worlds {
  readonly sandbox: Sandbox;
  readonly pools: readonly Pool[];
  readonly touched: readonly TouchedTable[];
  readonly #schema: Schema;
  readonly #staged: readonly StagedTable[];
  readonly #variants: number[];

  /** Errors: `sql` when the schema cannot be set up on its own. */
  constructor(touched: readonly TouchedTable[], schema: Schema, sandbox: Sandbox, random: Random) {
    this.touched = touched;
    this.#schema = schema;
    this.sandbox = sandbox;
    sandbox.execute(this.#schemaSql());
    this.#staged = touched.map((one, index) => new StagedTable(one, index, sandbox));
    this.#variants = touched.map(() => 0);
    sandbox.execute('BEGIN');
    this.pools = touched.map((one, index) => poolOf(one, this.#staged[index], random.fork(one.table.name)));
  }

  /** Makes the database hold exactly this world, as far as the constraints let it. */
  fill(world: World): void {
    this.#staged.forEach((staged, index) => {
      staged.hold(world[index] ?? []);
    });
  }

  /** The rows that the constraints let in, of the world that `fill` was given. */
  rowsOf(world: World): Rows {
    this.fill(world);
    return this.#staged.map((staged) => staged.rows());
  }

  /** Makes the database hold these rows; false when some constraint is against one of them. */
  fillRows(rows: Rows): boolean {
    for (const staged of this.#staged) staged.clear();
    return this.#staged.every((staged, index) => (rows[index] ?? []).every((row) => staged.insert(row)));
  }

  /** The world of these rows, each with values for the touched columns; null when no constraint lets one of them in. */
  staged(rows: Rows): World | null {
    const world = this.#staged.map((staged, index) => staged.stage(rows[index] ?? []));
    const ids = world.map((table) =>
      table.flatMap((id, at) => (id === null ? [] : [table.indexOf(id) < at ? twinOf(id) : id])),
    );
    return world.some((table) => table.includes(null)) ? null : ids;
  }

  /** Those of the staged rows of a table, alone in it, of which the condition is TRUE. */
  rowsWhere(tableName: string, condition: string): Set<number> {
    const ids = [...(this.#staged[this.indexOf(tableName)]?.ids ?? [])];
    return new Set(ids.filter((id) => this.rowHolds(tableName, condition, id)));
  }

  rowHolds(tableName: string, condition: string, id: number): boolean {
    const staged = this.#staged[this.indexOf(tableName)];
    if (!staged) return true;
    staged.hold([id]);
    return this.sandbox.run(`SELECT 1 FROM ${printName(tableName)} WHERE (${condition})`, [], null).rowCount === 1;
  }

  /** A staged row that differs from this one in one value, or null when there are enough or it breaks a constraint. */
  variantOf(index: number, id: number, random: Random): number | null {
    const staged = this.#staged[index];
    const row = staged?.touched(id);
    if (!staged || !row || row.length === 0 || (this.#variants[index] ?? 0) >= VARIANTS_MAX) return null;
    const at = random.below(row.length);
    const domain = staged.columns[at];
    if (!domain) return null;
    this.#variants[index] = (this.#variants[index] ?? 0) + 1;
    const [variant] = staged.stage([row.with(at, variantValue(domain, random))]);
    return variant ?? null;
  }

  /** Of the table by this name, in any case; -1 for none. */
  indexOf(tableName: string): number {
    const name = this.#schema.table(tableName)?.name;
    return this.touched.findIndex(({ table }) => table.name === name);
  }

  /** What the database holds, table by table. */
  held(): { name: string; run: Run }[] {
    return this.#staged.map(({ name, selectSql }) => ({ name, run: this.sandbox.run(selectSql, [], null) }));
  }

  /** The same as SQL: the tables, then their rows. */
  toSql(): string {
    return [this.#schemaSql(), ...this.#staged.map((staged) => staged.toSql())].filter((sql) => sql !== '').join('\n');
  }

  #schemaSql(): string {
    const names = new Set(this.touched.map(({ table }) => table.name));
    const behind = (view: string): boolean =>
      [...tablesBehind(view, this.#schema)].some((name) => names.has(this.#schema.table(name)?.name ?? ''));
    const views = this.#schema.tables.filter((table) => table.kind === 'view' && behind(table.name));
    const keys = this.touched.flatMap(({ table }) => table.uniqueIndexes);
    return [...this.touched.map(({ table }) => table.sql), ...keys, ...views.map((view) => view.sql)]
      .map((sql) => `${sql};`)
      .join('\n');
  }
}
