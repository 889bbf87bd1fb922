/**
 * What would the plan be? An empty copy of the schema with the real tables' statistics gives SQLite's planner all that it looks at,
 * so a hypothetical index costs a fraction of a millisecond instead of being built.
 */
import { quoted } from '../core/sql-name.ts';
import type { PlanNode } from '../database/protocol.ts';
import type { Sandbox } from '../optimizer/sandbox.ts';
import type { Schema } from '../sql/schema.ts';
import { foldCase } from '../sql/tokens.ts';
import { IndexRack, type RackedIndex } from './rack.ts';
import { TableSample } from './sample.ts';

export class WhatIf {
  readonly rack: IndexRack;
  readonly #data: Sandbox;
  readonly #clone: Sandbox;
  readonly #scratch: Sandbox;
  readonly #schema: Schema;
  /** Rows by folded table. */
  readonly #counted = new Map<string, number>();
  readonly #samples = new Map<string, TableSample | null>();

  /**
   * `statistics`: fresh rows of sqlite_stat1 to go by; null for those of the data, which may be old. What they leave open is estimated from
   * a sample.
   * Errors: `sql` when the schema cannot be set up on its own.
   */
  constructor(data: Sandbox, schema: Schema, statistics: readonly (readonly [string, string | null, string])[] | null) {
    this.#data = data;
    this.#schema = schema;
    this.#scratch = data.scratch();
    this.#clone = data.scratch();
    this.#copySchema();
    const rows = statistics ?? statisticsOf(data);
    // An index of some rows alone counts fewer.
    for (const [table, , stat] of statistics ?? [])
      this.#counted.set(foldCase(table), Math.max(Number.parseInt(stat), this.#counted.get(foldCase(table)) ?? 0));
    this.#copyStatistics(rows);
    this.rack = new IndexRack(this.#clone);
  }

  /** Of a table's rows; null where they cannot be read. */
  sample(table: string): TableSample | null {
    const key = foldCase(table);
    const known = this.#samples.get(key);
    if (known !== undefined) return known;
    const info = this.#schema.table(table);
    let sample: TableSample | null = null;
    try {
      if (info?.kind === 'table') sample = new TableSample(info, this.rowCount(info.name), this.#data, this.#scratch);
    } catch {
      // A module or a function that is not built in: nothing is known of the rows.
    }
    this.#samples.set(key, sample);
    return sample;
  }

  /** 0 where the table cannot be read. */
  rowCount(table: string): number {
    const key = foldCase(table);
    const known = this.#counted.get(key);
    if (known !== undefined) return known;
    let count = 0;
    try {
      count = Number(this.#data.run(`SELECT count(*) FROM ${quoted(table)}`, [], null).rows()[0]?.[0] ?? 0);
    } catch {
      // As above.
    }
    this.#counted.set(key, count);
    return count;
  }

  tablesWithRows(): string[] {
    return this.#schema.tables
      .filter(({ kind, name }) => kind === 'table' && this.rowCount(name) > 0)
      .map(({ name }) => name);
  }

  /** Puts an index on the rack, with statistics estimated from the sample; null where SQLite or the sample refuses it. */
  add(index: Omit<RackedIndex, 'statistics'>, parts: readonly string[], where: string | null): number | null {
    const statistics = this.sample(index.table)?.statistics(parts, where) ?? null;
    if (statistics === null) return null;
    try {
      return this.rack.add({ ...index, statistics });
    } catch {
      return null;
    }
  }

  /** The plan with just these indexes of the rack there beside those of the schema, and statistics as for the rack. Errors: `sql`. */
  plan(sql: string, numbers: readonly number[], analysed: readonly string[] | null = null): PlanNode[] {
    this.rack.show(numbers, analysed);
    return this.#clone.plan(sql);
  }

  close(): void {
    this.#clone.close();
    this.#scratch.close();
  }

  #copySchema(): void {
    const statements = this.#data
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
  }

  #copyStatistics(rows: readonly (readonly [string, string | null, string])[]): void {
    // ANALYZE of empty tables creates sqlite_stat1.
    this.#clone.execute('ANALYZE; DELETE FROM sqlite_stat1');
    const known = new Set(rows.map(([table]) => foldCase(table)));
    const write = (table: string, index: string | null, stat: string): void =>
      void this.#clone.run('INSERT INTO sqlite_stat1(tbl, idx, stat) VALUES (?, ?, ?)', [table, index, stat], null);
    for (const [table, index, stat] of rows) write(table, index, stat);
    for (const { kind, name } of this.#schema.tables)
      if (kind === 'table' && !known.has(foldCase(name))) write(name, null, String(this.rowCount(name)));
    this.#clone.execute('ANALYZE sqlite_schema');
  }
}

/** Rows of sqlite_stat1; none where ANALYZE was never run. */
export function statisticsOf(data: Sandbox): [string, string | null, string][] {
  const has = data.run("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'", [], null).rowCount > 0;
  if (!has) return [];
  return data
    .run('SELECT tbl, idx, stat FROM sqlite_stat1', [], null)
    .rows()
    .map(([table, index, stat]) => [String(table), index === null ? null : String(index), String(stat)]);
}
