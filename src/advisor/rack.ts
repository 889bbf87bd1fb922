/**
 * Many indexes on one database, of which any set can be seen by the planner at a time. An index is hidden by taking its row out of
 * sqlite_schema, with its tree left where it is: that takes a tenth of a millisecond, where dropping and building takes seconds. Good only
 * for a private copy that is read and thrown away: what is written while an index is hidden is not in it.
 */
import { quoted } from '../core/sql-name.ts';
import type { Cell, Sandbox } from '../optimizer/sandbox.ts';
import { foldCase } from '../sql/tokens.ts';

export interface RackedIndex {
  table: string;
  name: string;
  ddl: string;
  /** Its row in sqlite_stat1, null for none. */
  statistics: string | null;
}

interface Held extends RackedIndex {
  row: readonly Cell[];
  shown: boolean;
}

const SCHEMA_ROW = 'SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema';

export class IndexRack {
  readonly #sandbox: Sandbox;
  readonly #held: Held[] = [];
  /** Folded names of the tables whose statistics are seen; null for all. */
  #analysed: ReadonlySet<string> | null = null;
  #analysedKey: string | null = null;
  /** Rows of sqlite_stat1 about what was there before. */
  readonly #ground: readonly Cell[][];

  /** Takes over a sandbox. Its sqlite_stat1 must exist, for rows can be taken out of it but no table made and dropped. */
  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
    this.#ground = sandbox.run('SELECT tbl, idx, stat FROM sqlite_stat1', [], null).rows();
  }

  get sandbox(): Sandbox {
    return this.#sandbox;
  }

  /** Creates one, hidden; its number in the rack. Errors: `sql`, `deadline`. */
  add(index: RackedIndex, deadlineMs: number | null = null): number {
    this.#sandbox.run(index.ddl, [], deadlineMs);
    const [row = []] = this.#sandbox.run(`${SCHEMA_ROW} WHERE type = 'index' AND name = ?`, [index.name], null).rows();
    this.#held.push({ ...index, row, shown: true });
    const number = this.#held.length - 1;
    this.show([], null);
    return number;
  }

  /** The same, with what ANALYZE says of it. */
  build(index: Omit<RackedIndex, 'statistics'>, deadlineMs: number | null): number {
    const number = this.add({ ...index, statistics: null }, deadlineMs);
    this.show([number]);
    this.#sandbox.run(`ANALYZE ${quoted(index.name)}`, [], null);
    const [[stat = null] = []] = this.#sandbox
      .run('SELECT stat FROM sqlite_stat1 WHERE idx = ?', [index.name], null)
      .rows();
    const held = this.#held[number];
    if (held) held.statistics = stat === null ? null : String(stat);
    this.show([]);
    return number;
  }

  setStatistics(number: number, statistics: string | null): void {
    const held = this.#held[number];
    if (held) held.statistics = statistics;
  }

  statisticsOf(number: number): string | null {
    return this.#held[number]?.statistics ?? null;
  }

  /** Just these are seen from now on, with the statistics of the tables given by their folded names; null for all. */
  show(numbers: readonly number[], analysed: readonly string[] | null = null): void {
    const wanted = new Set(numbers);
    const show = numbers.filter((number) => !this.#held[number]?.shown);
    const hide = this.#held.flatMap(({ shown }, number) => (shown && !wanted.has(number) ? [number] : []));
    const key = analysed === null ? null : [...analysed].sort().join('\n');
    const isOther = key !== this.#analysedKey;
    if (show.length + hide.length === 0 && !isOther) return;
    this.#sandbox.execute('PRAGMA writable_schema = ON');
    this.#hide(hide);
    this.#show(show);
    if (isOther) {
      this.#analysed = analysed === null ? null : new Set(analysed);
      this.#analysedKey = key;
      this.#sandbox.execute('DELETE FROM sqlite_stat1');
      for (const [table, index, stat] of this.#ground)
        this.#writeStatistics(String(table), index ?? null, stat ?? null);
      for (const { shown, table, name, statistics } of this.#held)
        if (shown) this.#writeStatistics(table, name, statistics);
    }
    this.#sandbox.execute('PRAGMA writable_schema = RESET');
  }

  #hide(numbers: readonly number[]): void {
    for (const number of numbers) {
      const held = this.#held[number];
      if (!held) continue;
      this.#sandbox.run("DELETE FROM sqlite_schema WHERE type = 'index' AND name = ?", [held.name], null);
      this.#sandbox.run('DELETE FROM sqlite_stat1 WHERE idx = ?', [held.name], null);
      held.shown = false;
    }
  }

  #show(numbers: readonly number[]): void {
    const insert = 'INSERT INTO sqlite_schema(type, name, tbl_name, rootpage, sql) VALUES (?, ?, ?, ?, ?)';
    for (const number of numbers) {
      const held = this.#held[number];
      if (!held) continue;
      this.#sandbox.run(insert, [...held.row], null);
      this.#writeStatistics(held.table, held.name, held.statistics);
      held.shown = true;
    }
  }

  #writeStatistics(table: string, index: Cell, statistics: Cell): void {
    if (statistics === null || (this.#analysed && !this.#analysed.has(foldCase(table)))) return;
    this.#sandbox.run('INSERT INTO sqlite_stat1 VALUES (?, ?, ?)', [table, index, statistics], null);
  }
}
