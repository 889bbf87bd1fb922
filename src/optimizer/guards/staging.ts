/**
 * Rows of one table, made once in a table without affinity: so a world costs one prepared INSERT for each table and keeps every storage class.
 * Of each row there are two copies, apart in what only has to be there: the same row may then stand twice.
 */
import { printName } from '../../sql/print.ts';
import { cellSql, rowKey, type Cell, type Sandbox } from '../sandbox.ts';
import { literalsFor, type Domain, type TouchedTable } from './domains.ts';

const ROWS_AT_ONCE = 4;

/** The other copy of a staged row. */
export function twinOf(id: number): number {
  return id % 2 === 1 ? id + 1 : id - 1;
}

export class StagedTable {
  readonly name: string;
  /** The touched columns, and after them those that must be given a value. */
  readonly columns: readonly Domain[];
  readonly touchedCount: number;
  readonly #sandbox: Sandbox;
  readonly #staging: string;
  readonly #names: string;
  readonly #insertSql: string;
  readonly #rows = new Map<number, readonly Cell[]>();
  /** By the touched values; null for what no constraint lets in. */
  readonly #ids = new Map<string, number | null>();
  #nextId = 1;
  /** The rows that the table holds now, as a key. */
  #held = '';

  constructor({ table, domains }: TouchedTable, index: number, sandbox: Sandbox) {
    const given = new Set(domains.map((domain) => domain.column.name));
    const needed = table.columns.filter(
      (column) =>
        !given.has(column.name) && column.notNull && !column.isRowid && !column.hasDefault && !column.generated,
    );
    // An INSERT needs a column; any will do.
    const any =
      domains.length + needed.length === 0 ? table.columns.filter((column) => !column.generated).slice(0, 1) : [];
    this.#sandbox = sandbox;
    this.name = table.name;
    this.touchedCount = domains.length;
    this.columns = [
      ...domains,
      ...[...needed, ...any].map((column) => ({ column, group: null, likely: literalsFor(table, column), odd: [] })),
    ];
    this.#staging = `world_rows_${index}`;
    this.#names = this.columns.map(({ column }) => printName(column.name)).join(', ');
    const values = this.columns.map((_, at) => `v${at}`);
    sandbox.execute(
      `CREATE TEMP TABLE ${this.#staging}(id INTEGER PRIMARY KEY${values.map((value) => `, ${value}`).join('')})`,
    );
    this.#insertSql =
      `INSERT OR IGNORE INTO ${printName(table.name)}(${this.#names}) ` +
      `SELECT ${values.join(', ')} FROM ${this.#staging} WHERE id IN (${Array(ROWS_AT_ONCE).fill('?').join(', ')})`;
  }

  get ids(): Iterable<number> {
    return this.#rows.keys();
  }

  /** The touched values of a staged row. */
  touched(id: number): readonly Cell[] | null {
    return this.#rows.get(id)?.slice(0, this.touchedCount) ?? null;
  }

  /** Makes the table hold these, as far as the constraints let them in together. What it holds already is left alone. */
  hold(ids: readonly number[]): void {
    const key = ids.join(' ');
    if (this.#held === key) return;
    this.clear();
    this.#held = 'unknown';
    // One statement for several rows: running is cheap, starting to run is not.
    for (let from = 0; from < ids.length; from += ROWS_AT_ONCE) {
      const some = Array.from({ length: ROWS_AT_ONCE }, (_, at) => ids[from + at] ?? null);
      this.#sandbox.run(this.#insertSql, some, null);
    }
    this.#held = key;
  }

  clear(): void {
    if (this.#held !== '') this.#sandbox.run(`DELETE FROM ${printName(this.name)}`, [], null);
    this.#held = '';
  }

  /** Adds a row that is not staged, with a value for each of `columns`; false when some constraint is against it. */
  insert(row: readonly Cell[]): boolean {
    const table = printName(this.name);
    const count = (): number => this.#sandbox.run(`SELECT 1 FROM ${table}`, [], null).rowCount;
    const before = count();
    this.#held = 'other rows';
    try {
      this.#sandbox.execute(`INSERT OR IGNORE INTO ${table}(${this.#names}) VALUES (${row.map(cellSql).join(', ')})`);
    } catch {
      // A row id takes integers only, a STRICT column its own type: SQLite does not ignore these, it fails.
      return false;
    }
    return count() === before + 1;
  }

  rows(): Cell[][] {
    return this.#sandbox.run(this.selectSql, [], null).rows();
  }

  get selectSql(): string {
    return `SELECT ${this.#names} FROM ${printName(this.name)}`;
  }

  /** What the table holds, as SQL; empty when it holds nothing. */
  toSql(): string {
    const rows = this.rows().map((row) => `(${row.map(cellSql).join(', ')})`);
    return rows.length === 0 ? '' : `INSERT INTO ${printName(this.name)}(${this.#names}) VALUES ${rows.join(', ')};`;
  }

  /** The numbers of rows with these touched values, those that are there already too; null for what the constraints do not let in. */
  stage(rows: readonly (readonly Cell[])[]): (number | null)[] {
    const keys = rows.map(rowKey);
    let pending = new Map<string, { id: number; cells: readonly Cell[] }>();
    for (const [at, key] of keys.entries()) {
      if (this.#ids.has(key) || pending.has(key)) continue;
      pending.set(key, { id: this.#nextId, cells: rows[at] ?? [] });
      this.#nextId += 2;
    }
    // What only has to be there may have to obey a CHECK: a plain value may do where a made-up one does not.
    const attempts = this.columns.length > this.touchedCount ? 3 : 1;
    for (let attempt = 0; attempt < attempts && pending.size > 0; attempt++) {
      this.#write([...pending.values()], attempt);
      pending = new Map(
        [...pending].filter(([key, { id }]) => {
          const accepted = this.#accepts(id);
          if (accepted) this.#ids.set(key, id);
          return !accepted;
        }),
      );
    }
    for (const [key, { id }] of pending) {
      this.#ids.set(key, null);
      for (const copy of [id, id + 1]) this.#rows.delete(copy);
    }
    return keys.map((key) => this.#ids.get(key) ?? null);
  }

  #write(rows: readonly { id: number; cells: readonly Cell[] }[], attempt: number): void {
    const values = rows.flatMap(({ id, cells }) =>
      [id, id + 1].map((copy) => {
        const row = this.columns.map((domain, at) =>
          at < cells.length ? (cells[at] ?? null) : filler(domain, copy, attempt),
        );
        this.#rows.set(copy, row);
        return `(${[String(copy), ...row.map(cellSql)].join(', ')})`;
      }),
    );
    this.#sandbox.execute(`INSERT OR REPLACE INTO ${this.#staging} VALUES ${values.join(', ')}`);
  }

  /** Whether the constraints let this row stand alone in its table. */
  #accepts(id: number): boolean {
    this.clear();
    this.#held = 'unknown';
    try {
      const alone = [id, ...Array<null>(ROWS_AT_ONCE - 1).fill(null)];
      const { rowCount } = this.#sandbox.run(`${this.#insertSql} RETURNING 1`, alone, null);
      this.#held = String(id);
      return rowCount === 1;
    } catch {
      return false; // as in `insert`
    }
  }
}

/** A value that no predicate looks at. Later attempts take values that the table's text names, then the plainest. */
function filler({ column, likely }: Domain, id: number, attempt: number): Cell {
  const text = column.affinity === 'TEXT';
  if (attempt === 0) return text ? `filler ${id}` : BigInt(1000 + id);
  if (attempt === 1 && likely.length > 0) return likely[id % likely.length] ?? null;
  return text ? 'a' : 1n;
}
