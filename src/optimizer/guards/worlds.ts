/**
 * Tiny databases with the schema's own constraints, filled over and over. Rows are staged once in tables without affinity, so that
 * a world costs one prepared INSERT per row and keeps every storage class.
 */
import type { Random } from '../../core/ports.ts';
import { printName } from '../../sql/print.ts';
import type { Schema } from '../../sql/schema.ts';
import { cellSql, rowKey, type Cell, type Sandbox } from '../sandbox.ts';
import { literalsFor, NASTY_VALUES, PLAIN_VALUES, tablesBehind, type Domain, type TouchedTable } from './domains.ts';

/** For each table the staged rows that it holds. */
export type World = readonly (readonly number[])[];

/** Rows to build worlds of: `plain` is complete over NULL, 0, 1 when `complete`. */
export interface Pool {
  plain: number[];
  likely: number[];
  nasty: number[];
  complete: boolean;
}

const PLAIN_ROWS_MAX = 27;
const LIKELY_ROWS = 40;
const NASTY_ROWS = 40;
const ROWS_AT_ONCE = 4;

export class Worlds {
  readonly pools: readonly Pool[];
  readonly #tables: readonly TouchedTable[];
  readonly #schema: Schema;
  readonly #insertSql: string[] = [];
  readonly #deleteSql: string[] = [];
  /** What each table holds now. */
  readonly #held: string[] = [];
  readonly sandbox: Sandbox;

  /** Errors: `sql` when the schema cannot be set up on its own. */
  constructor(tables: readonly TouchedTable[], schema: Schema, sandbox: Sandbox, random: Random) {
    this.#tables = tables;
    this.#schema = schema;
    this.sandbox = sandbox;
    sandbox.execute(this.#schemaSql());
    this.pools = tables.map((touched, index) => this.#stage(touched, index, random.fork(touched.table.name)));
    sandbox.execute('BEGIN');
  }

  /** Makes the database hold exactly this world, as far as the constraints let it. Tables that hold their rows already are left alone. */
  fill(world: World): void {
    this.#tables.forEach((_, index) => {
      const rows = world[index] ?? [];
      const key = rows.join(' ');
      if (this.#held[index] === key) return;
      this.#clear(index);
      if (rows.length > 0) this.#insert(index, rows);
      this.#held[index] = key;
    });
  }

  /** The world as SQL: the tables, then their rows. */
  toSql(world: World): string {
    this.fill(world);
    const inserts = this.#tables.flatMap(({ table }) => {
      const columns = table.columns.filter((column) => !column.generated).map((column) => printName(column.name));
      const rows = this.sandbox.run(`SELECT ${columns.join(', ')} FROM ${printName(table.name)}`, [], null).rows();
      if (rows.length === 0) return [];
      const values = rows.map((row) => `(${row.map(cellSql).join(', ')})`).join(', ');
      return [`INSERT INTO ${printName(table.name)}(${columns.join(', ')}) VALUES ${values};`];
    });
    return [this.#schemaSql(), ...inserts].join('\n');
  }

  #schemaSql(): string {
    const names = new Set(this.#tables.map(({ table }) => table.name));
    const views = this.#schema.tables.filter(
      (table) =>
        table.kind === 'view' && [...tablesBehind(table.name, this.#schema)].some((name) => this.#holds(name, names)),
    );
    const tables = this.#tables.map(({ table }) => `${table.sql};`);
    const keys = this.#tables.flatMap(({ table }) => table.uniqueIndexes.map((sql) => `${sql};`));
    return [...tables, ...keys, ...views.map((view) => `${view.sql};`)].join('\n');
  }

  #holds(name: string, names: ReadonlySet<string>): boolean {
    const table = this.#schema.table(name);
    return table !== null && names.has(table.name);
  }

  #clear(index: number): void {
    const sql = this.#deleteSql[index];
    if (sql) this.sandbox.run(sql, [], null);
    this.#held[index] = '';
  }

  /** One statement for all rows of a table: running is cheap, starting to run is not. */
  #insert(index: number, rows: readonly number[]): void {
    const sql = this.#insertSql[index];
    if (!sql) return;
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
      const ids = Array.from({ length: ROWS_AT_ONCE }, (_, at) => rows[from + at] ?? null);
      this.sandbox.run(sql, ids, null);
    }
  }

  /** The touched columns, and those that must be given a value. */
  #columns({ table, domains }: TouchedTable): Domain[] {
    const given = new Set(domains.map((domain) => domain.column.name));
    const needed = table.columns.filter(
      (column) =>
        !given.has(column.name) && column.notNull && !column.isRowid && !column.hasDefault && !column.generated,
    );
    // An INSERT needs a column; any will do.
    const any =
      domains.length + needed.length === 0 ? table.columns.filter((column) => !column.generated).slice(0, 1) : [];
    return [
      ...domains,
      ...[...needed, ...any].map((column) => ({ column, joins: false, likely: literalsFor(table, column) })),
    ];
  }

  #stage(touched: TouchedTable, index: number, random: Random): Pool {
    const columns = this.#columns(touched);
    const { sandbox } = this;
    const [names, values] = [columns.map(({ column }) => printName(column.name)), columns.map((_, at) => `v${at}`)];
    this.#insertSql[index] =
      `INSERT OR IGNORE INTO ${printName(touched.table.name)}(${names.join(', ')}) ` +
      `SELECT ${values.join(', ')} FROM world_rows_${index} WHERE id IN (${Array(ROWS_AT_ONCE).fill('?').join(', ')})`;
    this.#deleteSql[index] = `DELETE FROM ${printName(touched.table.name)}`;
    sandbox.execute(
      `CREATE TEMP TABLE world_rows_${index}(id INTEGER PRIMARY KEY${columns.map((_, at) => `, v${at}`).join('')})`,
    );
    const seen = new Set<string>();
    let nextId = 1;
    /** Two copies of each row, apart in what only has to be there: the same row may then stand twice. */
    const stage = (cells: readonly Cell[]): number | null => {
      const key = rowKey(cells);
      if (seen.has(key)) return null;
      seen.add(key);
      const id = nextId;
      // What only has to be there may have to obey a CHECK: a plain value may do where a made-up one does not.
      for (const attempt of [0, 1, 2]) {
        sandbox.execute(`DELETE FROM world_rows_${index} WHERE id >= ${id}`);
        for (const copy of [0, 1]) {
          const row = columns.map((domain, at) =>
            at < cells.length ? (cells[at] ?? null) : filler(domain, id + copy, attempt),
          );
          sandbox.execute(
            `INSERT INTO world_rows_${index} VALUES (${[String(id + copy), ...row.map(cellSql)].join(', ')})`,
          );
        }
        if (this.#accepts(index, id)) {
          nextId += 2;
          return id;
        }
        if (columns.length === cells.length) break;
      }
      return null;
    };

    const { domains } = touched;
    const combinations = PLAIN_VALUES.length ** domains.length;
    const complete = combinations <= PLAIN_ROWS_MAX;
    const plain: number[] = [];
    const keep = (into: number[], cells: readonly Cell[]): void => {
      const id = stage(cells);
      if (id !== null) into.push(id);
    };
    for (let at = 0; at < (complete ? combinations : PLAIN_ROWS_MAX); at++) {
      keep(plain, complete ? combination(at, domains.length) : domains.map(() => pick(PLAIN_VALUES, random)));
    }
    const likely: number[] = [];
    for (let at = 0; at < LIKELY_ROWS; at++)
      keep(
        likely,
        domains.map((domain) => likelyValue(domain, random)),
      );
    const nasty: number[] = [];
    for (let at = 0; at < NASTY_ROWS; at++)
      keep(
        nasty,
        domains.map((domain) => nastyValue(domain, random)),
      );
    return { plain, likely, nasty, complete };
  }

  /** Whether the constraints let this row stand alone. */
  #accepts(index: number, row: number): boolean {
    const name = printName(this.#tables[index]?.table.name ?? '');
    try {
      this.#clear(index);
      this.#insert(index, [row]);
      this.#held[index] = 'one row tried';
      return this.sandbox.run(`SELECT 1 FROM ${name}`, [], null).rowCount === 1;
    } catch {
      // A row id takes integers only, a STRICT column its own type: SQLite does not ignore these, it fails.
      return false;
    }
  }
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

/** Mostly what makes predicates true and joins meet. */
function likelyValue(domain: Domain, random: Random): Cell {
  const roll = random.below(10);
  if (domain.likely.length > 0 && roll < 7) return pick(domain.likely, random);
  if (domain.joins && roll < 9) return 1n;
  if (domain.column.affinity === 'TEXT' && roll < 8) return pick(['a', 'b', 'A'], random);
  return pick([null, 0n, 1n, 1n, 2n], random);
}

function nastyValue(domain: Domain, random: Random): Cell {
  return random.below(4) === 0 && domain.likely.length > 0 ? pick(domain.likely, random) : pick(NASTY_VALUES, random);
}

/** A value that no predicate looks at. Later attempts take values that the table's text names, then the plainest. */
function filler({ column, likely }: Domain, id: number, attempt: number): Cell {
  const text = column.affinity === 'TEXT';
  if (attempt === 0) return text ? `filler ${id}` : BigInt(1000 + id);
  if (attempt === 1 && likely.length > 0) return likely[id % likely.length] ?? null;
  return text ? 'a' : 1n;
}
