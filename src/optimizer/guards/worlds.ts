/**
 * Tiny databases with the schema's own constraints, filled over and over. Rows are staged once in tables without affinity, so that
 * a world costs one prepared INSERT for each table and keeps every storage class.
 */
import type { Random } from '../../core/ports.ts';
import { printName } from '../../sql/print.ts';
import type { Schema } from '../../sql/schema.ts';
import { cellSql, rowKey, type Cell, type Run, type Sandbox } from '../sandbox.ts';
import { literalsFor, tablesBehind, type Domain, type TouchedTable } from './domains.ts';
import { NASTY_VALUES, PLAIN_VALUES } from './values.ts';

/** For each table the staged rows that it holds. */
export type World = readonly (readonly number[])[];

/** For each table its rows, each with the values of `columnsOf` the table. */
export type Rows = readonly (readonly (readonly Cell[])[])[];

/** Staged rows of one table to build worlds of: `plain` is complete over NULL, 0, 1 when `complete`. */
export interface Pool {
  plain: readonly number[];
  likely: readonly number[];
  nasty: readonly number[];
  /** Rows of the person's own. */
  sampled: readonly number[];
  complete: boolean;
}

const PLAIN_ROWS_MAX = 27;
const LIKELY_ROWS = 40;
const NASTY_ROWS_MAX = 100;
/** Rows that are made while worlds are tried, by changing a value of one that told something. */
const VARIANTS_MAX = 120;
const ROWS_AT_ONCE = 4;

interface Staged {
  /** The touched columns, and those that must be given a value. */
  columns: readonly Domain[];
  touchedCount: number;
  rows: Map<number, readonly Cell[]>;
  seen: Set<string>;
  variants: number;
  nextId: number;
  insertSql: string;
  deleteSql: string;
  /** What the table holds now. */
  held: string;
}

export class Worlds {
  readonly sandbox: Sandbox;
  readonly pools: readonly Pool[];
  readonly #tables: readonly TouchedTable[];
  readonly #schema: Schema;
  readonly #staged: readonly Staged[];

  /** Errors: `sql` when the schema cannot be set up on its own. */
  constructor(tables: readonly TouchedTable[], schema: Schema, sandbox: Sandbox, random: Random) {
    this.#tables = tables;
    this.#schema = schema;
    this.sandbox = sandbox;
    sandbox.execute(this.#schemaSql());
    this.#staged = tables.map((touched, index) => prepareStaging(touched, index, sandbox));
    sandbox.execute('BEGIN');
    this.pools = tables.map((touched, index) => this.#fillPool(touched, index, random.fork(touched.table.name)));
  }

  /** Makes the database hold exactly this world, as far as the constraints let it. Tables that hold their rows already are left alone. */
  fill(world: World): void {
    this.#staged.forEach((staged, index) => {
      const ids = world[index] ?? [];
      const key = ids.join(' ');
      if (staged.held === key) return;
      this.#clear(staged);
      // One statement for several rows: running is cheap, starting to run is not.
      for (let from = 0; from < ids.length; from += ROWS_AT_ONCE) {
        this.sandbox.run(
          staged.insertSql,
          Array.from({ length: ROWS_AT_ONCE }, (_, at) => ids[from + at] ?? null),
          null,
        );
      }
      staged.held = key;
    });
  }

  /** The rows that the constraints let in, of the world that `fill` was given. */
  rowsOf(world: World): Rows {
    this.fill(world);
    return this.#tables.map((_, index) => this.sandbox.run(this.#selectSql(index), [], null).rows());
  }

  /** Makes the database hold these rows; false when some constraint is against one of them. */
  fillRows(rows: Rows): boolean {
    return this.#staged.every((staged, index) => {
      this.#clear(staged);
      staged.held = 'other rows';
      return (rows[index] ?? []).every((row) => this.#insertRow(index, row));
    });
  }

  /** Those of the staged rows of a table, alone in it, of which the condition is TRUE. */
  rowsWhere(tableName: string, condition: string): Set<number> {
    const kept = new Set<number>();
    const index = this.#indexOf(tableName);
    const staged = this.#staged[index];
    if (!staged) return kept;
    for (const id of staged.rows.keys()) if (this.rowHolds(tableName, condition, id)) kept.add(id);
    return kept;
  }

  rowHolds(tableName: string, condition: string, id: number): boolean {
    const index = this.#indexOf(tableName);
    const staged = this.#staged[index];
    if (!staged) return true;
    this.fill(this.#staged.map((_, at) => (at === index ? [id] : [])));
    return this.sandbox.run(`SELECT 1 FROM ${printName(tableName)} WHERE (${condition})`, [], null).rowCount === 1;
  }

  /** A staged row that differs from this one in one value, or null when there are enough or it breaks a constraint. */
  variantOf(index: number, id: number, random: Random): number | null {
    const staged = this.#staged[index];
    const row = staged?.rows.get(id);
    if (!staged || !row || staged.touchedCount === 0 || staged.variants >= VARIANTS_MAX) return null;
    const at = random.below(staged.touchedCount);
    const domain = staged.columns[at];
    if (!domain) return null;
    const value = random.below(2) === 0 ? nastyValue(domain, random) : likelyValue(domain, false, random);
    staged.variants++;
    const [variant] = this.#stage(index, [row.slice(0, staged.touchedCount).with(at, value)]);
    return variant ?? null;
  }

  /** The columns that rows of the table give values for. */
  columnsOf(index: number): readonly Domain[] {
    return this.#staged[index]?.columns ?? [];
  }

  has(tableName: string): boolean {
    return this.#indexOf(tableName) >= 0;
  }

  nameOf(index: number): string {
    return this.#tables[index]?.table.name ?? '';
  }

  /** What the database holds, table by table. */
  held(): { name: string; run: Run }[] {
    return this.#tables.map(({ table: { name } }, index) => {
      return { name, run: this.sandbox.run(this.#selectSql(index), [], null) };
    });
  }

  /** The same as SQL: the tables, then their rows. */
  toSql(): string {
    const inserts = this.held().flatMap(({ name, run }, index) => {
      if (run.rowCount === 0) return [];
      const values = run.rows().map((row) => `(${row.map(cellSql).join(', ')})`);
      return [`INSERT INTO ${printName(name)}(${this.#names(index)}) VALUES ${values.join(', ')};`];
    });
    return [this.#schemaSql(), ...inserts].join('\n');
  }

  #indexOf(tableName: string): number {
    const name = this.#schema.table(tableName)?.name;
    return this.#tables.findIndex(({ table }) => table.name === name);
  }

  #schemaSql(): string {
    const names = new Set(this.#tables.map(({ table }) => table.name));
    const behind = (view: string): boolean =>
      [...tablesBehind(view, this.#schema)].some((name) => names.has(this.#schema.table(name)?.name ?? ''));
    const views = this.#schema.tables.filter((table) => table.kind === 'view' && behind(table.name));
    const keys = this.#tables.flatMap(({ table }) => table.uniqueIndexes);
    return [...this.#tables.map(({ table }) => table.sql), ...keys, ...views.map((view) => view.sql)]
      .map((sql) => `${sql};`)
      .join('\n');
  }

  #names(index: number): string {
    return this.columnsOf(index)
      .map(({ column }) => printName(column.name))
      .join(', ');
  }

  #selectSql(index: number): string {
    return `SELECT ${this.#names(index)} FROM ${printName(this.nameOf(index))}`;
  }

  #clear(staged: Staged): void {
    if (staged.held !== '') this.sandbox.run(staged.deleteSql, [], null);
    staged.held = '';
  }

  #insertRow(index: number, row: readonly Cell[]): boolean {
    const name = printName(this.nameOf(index));
    const before = this.sandbox.run(`SELECT 1 FROM ${name}`, [], null).rowCount;
    try {
      this.sandbox.execute(
        `INSERT OR IGNORE INTO ${name}(${this.#names(index)}) VALUES (${row.map(cellSql).join(', ')})`,
      );
    } catch {
      // A row id takes integers only, a STRICT column its own type: SQLite does not ignore these, it fails.
      return false;
    }
    return this.sandbox.run(`SELECT 1 FROM ${name}`, [], null).rowCount === before + 1;
  }

  #fillPool(touched: TouchedTable, index: number, random: Random): Pool {
    const { domains, samples } = touched;
    const combinations = PLAIN_VALUES.length ** domains.length;
    const complete = combinations <= PLAIN_ROWS_MAX;
    const made = (count: number, make: (at: number) => readonly Cell[]): (readonly Cell[])[] =>
      Array.from({ length: count }, (_, at) => make(at));
    return {
      plain: this.#stage(
        index,
        made(complete ? combinations : PLAIN_ROWS_MAX, (at) =>
          complete ? combination(at, domains.length) : domains.map(() => pick(PLAIN_VALUES, random)),
        ),
      ),
      likely: this.#stage(
        index,
        made(LIKELY_ROWS, (at) => domains.map((domain) => likelyValue(domain, at % 2 === 0, random))),
      ),
      nasty: this.#stage(index, nastyRows(domains, random)),
      sampled: this.#stage(index, samples),
      complete,
    };
  }

  /** Two copies of each row, apart in what only has to be there: the same row may then stand twice. Answers those that are new and allowed. */
  #stage(index: number, rows: readonly (readonly Cell[])[]): number[] {
    const staged = this.#staged[index];
    if (!staged) return [];
    let pending: { id: number; cells: readonly Cell[] }[] = [];
    for (const cells of rows) {
      const key = rowKey(cells);
      if (staged.seen.has(key)) continue;
      staged.seen.add(key);
      pending.push({ id: staged.nextId, cells });
      staged.nextId += 2;
    }
    const allowed: number[] = [];
    // What only has to be there may have to obey a CHECK: a plain value may do where a made-up one does not.
    for (let attempt = 0; attempt < (staged.columns.length > staged.touchedCount ? 3 : 1); attempt++) {
      if (pending.length === 0) break;
      const values: string[] = [];
      for (const { id, cells } of pending) {
        for (const copy of [id, id + 1]) {
          const row = staged.columns.map((domain, at) =>
            at < cells.length ? (cells[at] ?? null) : filler(domain, copy, attempt),
          );
          staged.rows.set(copy, row);
          values.push(`(${[String(copy), ...row.map(cellSql)].join(', ')})`);
        }
      }
      this.sandbox.execute(`INSERT OR REPLACE INTO world_rows_${index} VALUES ${values.join(', ')}`);
      pending = pending.filter(({ id }) => {
        const accepted = this.#accepts(index, id);
        if (accepted) allowed.push(id);
        return !accepted;
      });
    }
    for (const { id } of pending) for (const copy of [id, id + 1]) staged.rows.delete(copy);
    return allowed.sort((a, b) => a - b);
  }

  /** Whether the constraints let this row stand alone. */
  #accepts(index: number, id: number): boolean {
    try {
      this.fill(this.#staged.map((_, at) => (at === index ? [id] : [])));
      return this.sandbox.run(`SELECT 1 FROM ${printName(this.nameOf(index))}`, [], null).rowCount === 1;
    } catch {
      // A row id takes integers only, a STRICT column its own type: SQLite does not ignore these, it fails.
      for (const staged of this.#staged) staged.held = 'unknown';
      return false;
    }
  }
}

function prepareStaging({ table, domains }: TouchedTable, index: number, sandbox: Sandbox): Staged {
  const given = new Set(domains.map((domain) => domain.column.name));
  const needed = table.columns.filter(
    (column) => !given.has(column.name) && column.notNull && !column.isRowid && !column.hasDefault && !column.generated,
  );
  // An INSERT needs a column; any will do.
  const any =
    domains.length + needed.length === 0 ? table.columns.filter((column) => !column.generated).slice(0, 1) : [];
  const columns = [
    ...domains,
    ...[...needed, ...any].map((column) => ({ column, group: null, likely: literalsFor(table, column), odd: [] })),
  ];
  const [names, values] = [columns.map(({ column }) => printName(column.name)), columns.map((_, at) => `v${at}`)];
  sandbox.execute(
    `CREATE TEMP TABLE world_rows_${index}(id INTEGER PRIMARY KEY${values.map((value) => `, ${value}`).join('')})`,
  );
  return {
    columns,
    touchedCount: domains.length,
    rows: new Map(),
    seen: new Set(),
    variants: 0,
    nextId: 1,
    insertSql:
      `INSERT OR IGNORE INTO ${printName(table.name)}(${names.join(', ')}) ` +
      `SELECT ${values.join(', ')} FROM world_rows_${index} WHERE id IN (${Array(ROWS_AT_ONCE).fill('?').join(', ')})`,
    deleteSql: `DELETE FROM ${printName(table.name)}`,
    held: '',
  };
}

function combination(number: number, columns: number): Cell[] {
  const cells: Cell[] = [];
  for (let at = 0, rest = number; at < columns; at++, rest = Math.floor(rest / PLAIN_VALUES.length)) {
    cells.push(PLAIN_VALUES[rest % PLAIN_VALUES.length] ?? null);
  }
  return cells;
}

export function pick<Value>(values: readonly Value[], random: Random): Value {
  const value = values[random.below(values.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
}

/** Mostly what makes predicates true and joins meet; `focused` leaves less to chance, so that many joins meet at once. */
function likelyValue(domain: Domain, focused: boolean, random: Random): Cell {
  const roll = random.below(20);
  if (domain.group && roll < (focused ? 17 : 8)) return domain.group.favourite;
  if (domain.likely.length > 0 && roll < (focused ? 19 : 15)) return pick(domain.likely, random);
  if (domain.column.affinity === 'TEXT' && roll < 18) return pick(['a', 'b', 'A'], random);
  return pick([null, 0n, 1n, 1n, 2n], random);
}

/** Each nasty value in each column once, as far as there is room, beside values that let it through the other conditions. */
function nastyRows(domains: readonly Domain[], random: Random): (readonly Cell[])[] {
  const rows = domains.flatMap((domain, at) =>
    [...new Set([...domain.odd, ...NASTY_VALUES])].map((value) =>
      domains.map((other) => likelyValue(other, true, random)).with(at, value),
    ),
  );
  if (rows.length <= NASTY_ROWS_MAX) return rows;
  return Array.from({ length: NASTY_ROWS_MAX }, () => pick(rows, random));
}

function nastyValue(domain: Domain, random: Random): Cell {
  const roll = random.below(8);
  if (roll < 2 && domain.likely.length > 0) return pick(domain.likely, random);
  return roll < 4 && domain.odd.length > 0 ? pick(domain.odd, random) : pick(NASTY_VALUES, random);
}

/** A value that no predicate looks at. Later attempts take values that the table's text names, then the plainest. */
function filler({ column, likely }: Domain, id: number, attempt: number): Cell {
  const text = column.affinity === 'TEXT';
  if (attempt === 0) return text ? `filler ${id}` : BigInt(1000 + id);
  if (attempt === 1 && likely.length > 0) return likely[id % likely.length] ?? null;
  return text ? 'a' : 1n;
}
