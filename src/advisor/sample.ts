/**
 * A few thousand rows of a table, from which is told what an index on it would be like before there is one: how many rows share a key,
 * how many a condition keeps, how many bytes it takes. Scanning the table for each of hundreds of candidates would take minutes.
 */
import { quoted } from '../core/sql-name.ts';
import { cellKey, type Cell, type Sandbox } from '../optimizer/sandbox.ts';
import type { TableInfo } from '../sql/schema.ts';

const SAMPLE_ROWS = 3000;
const ROWS_PER_INSERT = 100;
/** Of an entry of an index: its header, the cell pointer, and what a b-tree leaves free. */
const ENTRY_BYTES = 7;
const FILL = 0.93;

interface Key {
  /** A number for each row of the sample, equal where the keys are equal. */
  ids: Int32Array;
  distinct: number;
  /** Keys that only one row of the sample has. */
  once: number;
}

export class TableSample {
  readonly rows: number;
  readonly #table: TableInfo;
  readonly #scratch: Sandbox;
  readonly #taken: number;
  readonly #keys = new Map<string, Key | null>();
  readonly #truths = new Map<string, Uint8Array | null>();
  readonly #bytes = new Map<string, number>();

  /** Reads some of its so many rows into `scratch`, a database of its own. Errors: `sql` where the table cannot be read. */
  constructor(table: TableInfo, rows: number, data: Sandbox, scratch: Sandbox) {
    this.#table = table;
    this.#scratch = scratch;
    const name = quoted(table.name);
    this.rows = rows;
    const columns = table.columns.filter(({ generated }) => !generated).map((column) => quoted(column.name));
    const taken = sampleOf(table, columns.join(', '), this.rows, data);
    scratch.execute(table.sql);
    for (let at = 0; at < taken.length; at += ROWS_PER_INSERT) {
      const some = taken.slice(at, at + ROWS_PER_INSERT);
      const marks = `(${columns.map(() => '?').join(', ')})`;
      const values = some.map(() => marks).join(', ');
      scratch.run(`INSERT OR IGNORE INTO ${name}(${columns.join(', ')}) VALUES ${values}`, some.flat(), null);
    }
    this.#taken = Number(scratch.run(`SELECT count(*) FROM ${name}`, [], null).rows()[0]?.[0] ?? 0);
  }

  /** Different keys of the whole table, estimated; null where the key cannot be worked out. */
  distinct(parts: readonly string[]): number | null {
    const key = this.#key(parts);
    if (!key) return null;
    if (this.#taken === 0) return 1;
    // What is seen once tells what is unseen (the jackknife of Haas, Naughton, Seshadri and Stokes, VLDB 1995).
    const share = this.#taken / Math.max(this.rows, this.#taken);
    return (this.#taken * key.distinct) / (this.#taken - key.once + key.once * share);
  }

  /** Share of the rows of which all these conditions are true, never quite 0; null where one of them cannot be worked out. */
  share(conditions: readonly string[]): number | null {
    const truths = conditions.map((text) => this.#truth(text));
    let kept = 0;
    for (let row = 0; row < this.#taken; row++) {
      if (truths.some((truth) => truth === null)) return null;
      if (truths.every((truth) => truth?.[row] === 1)) kept++;
    }
    return this.#taken === 0 ? 1 : Math.max(kept, 0.3) / this.#taken;
  }

  /** As ANALYZE would write it: rows of the index, then rows per key of each number of parts. Null where it cannot be worked out. */
  statistics(parts: readonly string[], where: string | null): string | null {
    const share = where === null ? 1 : this.share([where]);
    if (share === null) return null;
    const rows = Math.round(this.rows * share);
    const perKey: number[] = [];
    for (let count = 1; count <= parts.length; count++) {
      const distinct = this.distinct(parts.slice(0, count));
      if (distinct === null) return null;
      perKey.push(rowsPerKey(rows, Math.min(rows, distinct)));
    }
    return [rows, ...perKey].join(' ');
  }

  /** About as many bytes as the index would take. */
  bytes(parts: readonly string[], where: string | null): number {
    const share = where === null ? 1 : (this.share([where]) ?? 1);
    const entry = parts.reduce((sum, part) => sum + this.#bytesOf(bare(part)), ENTRY_BYTES + 3);
    return (this.rows * share * entry) / FILL;
  }

  #bytesOf(text: string): number {
    const known = this.#bytes.get(text);
    if (known !== undefined) return known;
    const [cells] = this.#column(
      `avg(CASE typeof(v) WHEN 'integer' THEN 1 + (abs(v) > 1) + (abs(v) > 127) + (abs(v) > 32767) + (abs(v) > 8388607) + 2 * (abs(v) > 2147483647)
        WHEN 'real' THEN 9 WHEN 'null' THEN 1 ELSE 1 + length(CAST(v AS BLOB)) END)`,
      `(SELECT ${text} AS v FROM ${quoted(this.#table.name)})`,
    ) ?? [null];
    const bytes = Number(cells ?? 8);
    this.#bytes.set(text, bytes);
    return bytes;
  }

  #key(parts: readonly string[]): Key | null {
    const name = parts.join(', ');
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const before = parts.length > 1 ? this.#key(parts.slice(0, -1)) : undefined;
    const key = before === null ? null : this.#extend(before, parts.at(-1) ?? '');
    this.#keys.set(name, key);
    return key;
  }

  #extend(before: Key | undefined, part: string): Key | null {
    const text = / COLLATE NOCASE\b/i.test(part) ? `lower(${bare(part)})` : bare(part);
    const cells = this.#column(text, quoted(this.#table.name));
    if (!cells) return null;
    const ids = new Int32Array(cells.length);
    const numbers = new Map<string, number>();
    const counts: number[] = [];
    cells.forEach((cell, row) => {
      const key = `${before?.ids[row] ?? ''} ${cellKey(cell)}`;
      const id = numbers.get(key) ?? numbers.size;
      numbers.set(key, id);
      ids[row] = id;
      counts[id] = (counts[id] ?? 0) + 1;
    });
    return { ids, distinct: numbers.size, once: counts.filter((count) => count === 1).length };
  }

  #truth(text: string): Uint8Array | null {
    const known = this.#truths.get(text);
    if (known !== undefined) return known;
    const cells = this.#column(`(${text}) IS TRUE`, quoted(this.#table.name));
    const truth = cells && Uint8Array.from(cells, Number);
    this.#truths.set(text, truth);
    return truth;
  }

  /** An expression over the sample, row by row; null where SQLite refuses it. */
  #column(text: string, from: string): Cell[] | null {
    try {
      return this.#scratch
        .run(`SELECT ${text} FROM ${from}`, [], null)
        .rows()
        .map(([cell]) => cell ?? null);
    } catch {
      return null;
    }
  }
}

/** The arithmetic of SQLite's ANALYZE: rounded up, but 1 where nearly all keys differ. */
export function rowsPerKey(rows: number, distinct: number): number {
  const keys = Math.max(1, distinct);
  const perKey = Math.max(1, Math.ceil(rows / keys));
  return perKey === 2 && rows * 10 <= keys * 11 ? 1 : perKey;
}

function bare(part: string): string {
  return part.replace(/ (DESC|COLLATE NOCASE)\b/gi, '');
}

/** All rows of a small table; else as many as are wanted, from all over it. */
function sampleOf(table: TableInfo, columns: string, rows: number, data: Sandbox): Cell[][] {
  const name = quoted(table.name);
  if (rows <= SAMPLE_ROWS) return data.run(`SELECT ${columns} FROM ${name}`, [], null).rows();
  if (table.withoutRowid) {
    const stride = Math.floor(rows / SAMPLE_ROWS);
    const numbered = `SELECT ${columns}, row_number() OVER () AS n FROM ${name}`;
    return data.run(`SELECT ${columns} FROM (${numbered}) WHERE n % ${stride} = 0`, [], null).rows();
  }
  const rowid = table.columns.find((column) => column.isRowid)?.name ?? 'rowid';
  const id = quoted(rowid);
  const [[low, high] = []] = data.run(`SELECT min(${id}), max(${id}) FROM ${name}`, [], null).rows();
  const first = Number(low ?? 0);
  const span = Number(high ?? 0) - first + 1;
  // Strata of equal width, a place within each by a fixed scatter: equal data give equal samples.
  let scatter = 1;
  const ids = Array.from({ length: SAMPLE_ROWS }, (_, index) => {
    scatter = (scatter * 48271) % 2147483647;
    return first + Math.floor(((index + scatter / 2147483647) * span) / SAMPLE_ROWS);
  });
  const near = `SELECT DISTINCT (SELECT ${id} FROM ${name} WHERE ${id} >= j.value ORDER BY ${id} LIMIT 1) FROM json_each(?) AS j`;
  return data.run(`SELECT ${columns} FROM ${name} WHERE ${id} IN (${near})`, [JSON.stringify(ids)], null).rows();
}
