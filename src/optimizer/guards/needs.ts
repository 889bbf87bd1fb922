/** What a rewrite asks of the data, asked of small databases: those that break it say nothing against it. */
import { printName } from '../../sql/print.ts';
import type { Precondition } from '../rules/rule.ts';
import { isTrue } from './facts.ts';
import type { Pool } from './pools.ts';
import { RUN_MS_MAX } from './outcome.ts';
import { twinOf } from './staging.ts';
import type { World, Worlds } from './worlds.ts';

export class Needs {
  readonly #worlds: Worlds;
  readonly #rows: readonly { table: number; name: string; holds: string }[];
  readonly #queries: readonly string[];
  readonly #allowed = new Map<string, boolean>();

  constructor(worlds: Worlds, preconditions: readonly Precondition[]) {
    this.#worlds = worlds;
    this.#rows = preconditions.flatMap((one) =>
      one.by === 'rows' ? [{ table: worlds.indexOf(one.table), name: one.table, holds: one.holds }] : [],
    );
    this.#queries = preconditions.flatMap((one) => (one.by === 'query' ? [one.sql] : []));
  }

  /** Whether what is asked of the whole database holds of the one at hand. */
  hold(): boolean {
    const { sandbox } = this.#worlds;
    return this.#queries.every((sql) => {
      try {
        return isTrue(sandbox.run(sql, [], RUN_MS_MAX).rows());
      } catch {
        return false;
      }
    });
  }

  /** Whether what is asked of rows holds of all at hand. */
  rowsHold(): boolean {
    const { sandbox } = this.#worlds;
    return this.#rows.every(({ name, holds }) => {
      const against = `SELECT 1 FROM ${printName(name)} WHERE (${holds}) IS NOT TRUE LIMIT 1`;
      return sandbox.run(against, [], RUN_MS_MAX).rowCount === 0;
    });
  }

  /** The world without the rows that break what is asked of rows. */
  allowed(world: World): World {
    return this.#rows.length === 0 ? world : world.map((rows, table) => rows.filter((id) => this.allows(table, id)));
  }

  /** Whether it holds of this row, and of its twin. */
  allows(table: number, id: number): boolean {
    const key = `${table} ${Math.min(id, twinOf(id))}`;
    const known = this.#allowed.get(key);
    if (known !== undefined) return known;
    const allows = this.#rows.every(
      (one) =>
        one.table !== table || [id, twinOf(id)].every((copy) => this.#worlds.rowHolds(one.name, one.holds, copy)),
    );
    this.#allowed.set(key, allows);
    return allows;
  }

  pools(): Pool[] {
    return this.#worlds.pools.map((pool, table) => {
      const only = (ids: readonly number[]): number[] => ids.filter((id) => this.allows(table, id));
      const { plain, likely, nasty, sampled, complete } = pool;
      return { plain: only(plain), likely: only(likely), nasty: only(nasty), sampled: only(sampled), complete };
    });
  }
}
