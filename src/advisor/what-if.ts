/**
 * What would the plan be? An empty clone of the schema with the real table's statistics gives SQLite's planner all that it looks at,
 * so a hypothetical index costs a tenth of a millisecond instead of being built.
 */
import type { PlanNode } from '../database/protocol.ts';
import type { Sandbox } from '../optimizer/sandbox.ts';
import { printName } from '../sql/print.ts';
import type { Schema } from '../sql/schema.ts';

/** Rows looked at to guess how many distinct values a column has. */
const SAMPLE_ROWS = 10_000;

export class WhatIf {
  readonly #data: Sandbox;
  readonly #clone: Sandbox;
  readonly #schema: Schema;
  readonly #rowCounts = new Map<string, number>();
  readonly #distinct = new Map<string, number>();

  /** Errors: `sql` when the schema cannot be set up on its own. */
  constructor(data: Sandbox, schema: Schema) {
    this.#data = data;
    this.#schema = schema;
    this.#clone = data.scratch();
    const statements = data
      .run(
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND type <> 'trigger' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY rowid",
        [],
        null,
      )
      .rows();
    for (const [sql] of statements) {
      try {
        this.#clone.execute(String(sql));
      } catch {
        // What cannot be created here (a module that is not built in) cannot be planned for either.
      }
    }
    this.#copyStatistics();
  }

  rowCount(table: string): number {
    const known = this.#rowCounts.get(table);
    if (known !== undefined) return known;
    const info = this.#schema.table(table);
    const count = info?.withoutRowid ? 'count(*)' : 'max(rowid)';
    const value = Number(this.#data.run(`SELECT ${count} FROM ${printName(table)}`, [], null).rows()[0]?.[0] ?? 0);
    this.#rowCounts.set(table, value);
    return value;
  }

  /** The plan with this index there; `null` for the plan as it is. */
  plan(sql: string, index: { ddl: string; table: string; columns: readonly string[] } | null): PlanNode[] {
    if (!index) return this.#clone.plan(sql);
    this.#clone.execute('SAVEPOINT what_if');
    try {
      this.#clone.execute(index.ddl);
      const rows = this.rowCount(index.table);
      const name = this.#clone
        .run('SELECT name FROM sqlite_schema ORDER BY rowid DESC LIMIT 1', [], null)
        .rows()[0]?.[0];
      this.#write(index.table, String(name), `${rows} ${this.#perKey(index.table, index.columns, rows).join(' ')}`);
      this.#clone.execute('ANALYZE sqlite_schema');
      return this.#clone.plan(sql);
    } finally {
      this.#clone.execute('ROLLBACK TO what_if');
      this.#clone.execute('RELEASE what_if');
      this.#clone.execute('ANALYZE sqlite_schema');
    }
  }

  /** Rows that a lookup by the first `equal` columns finds, a quarter of them where a range follows: sqlite3's own guess. */
  rowsFound(index: { table: string; columns: readonly string[] }, equal: number, hasRange: boolean): number {
    const rows = this.rowCount(index.table);
    const perKey = equal === 0 ? rows : (this.#perKey(index.table, index.columns, rows)[equal - 1] ?? 1);
    return Math.max(1, hasRange ? perKey / 4 : perKey);
  }

  close(): void {
    this.#clone.close();
  }

  /** Rows per key of each prefix, as ANALYZE would write them, from a sample. */
  #perKey(table: string, columns: readonly string[], rows: number): number[] {
    return columns.map((_, index) => {
      const prefix = columns.slice(0, index + 1);
      return Math.max(1, Math.round(rows / Math.max(1, this.#distinctOf(table, prefix, rows))));
    });
  }

  /** Distinct values, from a sample over the whole row-id range (the jackknife of Haas et al., VLDB 1995: what is seen once tells what is unseen). */
  #distinctOf(table: string, columns: readonly string[], rows: number): number {
    const key = `${table} ${columns.join(' ')}`;
    const known = this.#distinct.get(key);
    if (known !== undefined) return known;
    const list = columns.map(printName).join(', ');
    const stride = Math.max(1, Math.floor(rows / SAMPLE_ROWS));
    // Every n-th row id would meet one value of a column that counts in step with it: the ids are scattered first.
    const where =
      this.#schema.table(table)?.withoutRowid || stride === 1
        ? ''
        : ` WHERE (rowid % 1000003) * 48271 % 1000003 % ${stride} = 0`;
    const sampled = `SELECT ${list} FROM ${printName(table)}${where} LIMIT ${SAMPLE_ROWS}`;
    const [row] = this.#data
      .run(
        `SELECT coalesce(sum(n), 0), count(*), coalesce(sum(n = 1), 0) FROM (SELECT count(*) AS n FROM (${sampled}) GROUP BY ${list})`,
        [],
        null,
      )
      .rows();
    const [seen, different, once] = [Number(row?.[0] ?? 0), Number(row?.[1] ?? 0), Number(row?.[2] ?? 0)];
    const share = Math.min(1, seen / Math.max(rows, 1));
    const distinct = seen === 0 ? 1 : (seen * different) / (seen - once + once * share);
    this.#distinct.set(key, distinct);
    return distinct;
  }

  #copyStatistics(): void {
    // ANALYZE of empty tables creates sqlite_stat1.
    this.#clone.execute('ANALYZE');
    this.#clone.execute('DELETE FROM sqlite_stat1');
    const has = this.#data.run("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'", [], null).rowCount > 0;
    const known = new Set<string>();
    if (has) {
      for (const [table, index, stat] of this.#data.run('SELECT tbl, idx, stat FROM sqlite_stat1', [], null).rows()) {
        known.add(String(table));
        this.#write(String(table), index === null ? null : String(index), String(stat));
      }
    }
    for (const table of this.#schema.tables) {
      if (table.kind === 'table' && !known.has(table.name))
        this.#write(table.name, null, String(this.rowCount(table.name)));
    }
    this.#clone.execute('ANALYZE sqlite_schema');
  }

  #write(table: string, index: string | null, stat: string): void {
    this.#clone.run('INSERT INTO sqlite_stat1(tbl, idx, stat) VALUES (?, ?, ?)', [table, index, stat], null);
  }
}
