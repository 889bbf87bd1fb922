/**
 * Many indexes on one database, of which any set can be seen by the planner at a time. An index is hidden by taking its row out of
 * sqlite_schema, with its tree left where it is: that takes a tenth of a millisecond, where dropping and building takes seconds. Good only
 * for a private copy that is read and thrown away: what is written while an index is hidden is not in it.
 */
import { quoted } from '../core/sql-name.ts';
import type { Cell, Sandbox } from '../optimizer/sandbox.ts';

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
  #withStatistics = true;
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

  get size(): number {
    return this.#held.length;
  }

  /** Creates one, hidden; its number in the rack. Errors: `sql`, `deadline`. */
  add(index: RackedIndex, deadlineMs: number | null = null): number {
    this.#sandbox.run(index.ddl, [], deadlineMs);
    const [row = []] = this.#sandbox.run(`${SCHEMA_ROW} WHERE type = 'index' AND name = ?`, [index.name], null).rows();
    this.#held.push({ ...index, row, shown: true });
    const number = this.#held.length - 1;
    this.#apply([], [number]);
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

  nameOf(number: number): string {
    return this.#held[number]?.name ?? '';
  }

  /** Just these are seen from now on, with or without the statistics of them and of all tables. */
  show(numbers: readonly number[], withStatistics = true): void {
    const wanted = new Set(numbers);
    const show = numbers.filter((number) => !this.#held[number]?.shown);
    const hide = this.#held.flatMap(({ shown }, number) => (shown && !wanted.has(number) ? [number] : []));
    if (show.length + hide.length === 0 && withStatistics === this.#withStatistics) return;
    if (withStatistics !== this.#withStatistics) {
      this.#withStatistics = withStatistics;
      this.#sandbox.execute('DELETE FROM sqlite_stat1');
      if (withStatistics) {
        for (const [table, index, stat] of this.#ground)
          this.#sandbox.run('INSERT INTO sqlite_stat1 VALUES (?, ?, ?)', [table, index, stat], null);
        for (const held of this.#held) if (held.shown) this.#writeStatistics(held);
      }
    }
    this.#apply(show, hide);
  }

  #apply(show: readonly number[], hide: readonly number[]): void {
    const sandbox = this.#sandbox;
    sandbox.execute('PRAGMA writable_schema = ON');
    for (const number of hide) {
      const held = this.#held[number];
      if (!held) continue;
      sandbox.run("DELETE FROM sqlite_schema WHERE type = 'index' AND name = ?", [held.name], null);
      sandbox.run('DELETE FROM sqlite_stat1 WHERE idx = ?', [held.name], null);
      held.shown = false;
    }
    for (const number of show) {
      const held = this.#held[number];
      if (!held) continue;
      sandbox.run(
        'INSERT INTO sqlite_schema(type, name, tbl_name, rootpage, sql) VALUES (?, ?, ?, ?, ?)',
        [...held.row],
        null,
      );
      if (this.#withStatistics) this.#writeStatistics(held);
      held.shown = true;
    }
    sandbox.execute('PRAGMA writable_schema = RESET');
  }

  #writeStatistics({ table, name, statistics }: Held): void {
    if (statistics !== null)
      this.#sandbox.run('INSERT INTO sqlite_stat1 VALUES (?, ?, ?)', [table, name, statistics], null);
  }
}
