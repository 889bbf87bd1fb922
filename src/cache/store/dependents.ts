/**
 * Which entries read which table, so that a write finds what it overtakes without looking at the rest. Entries over the same list of
 * tables hang on one chain through their slots; a table knows the chains that read it. Adding and removing touch a few numbers, however
 * many tables a query reads.
 */
import { RowDependents } from './row-dependents.ts';
import { NO_ROWS, type RowKey, type RowsByTable } from '../freshness/row-keys.ts';
import { grown } from '../structures/slot-lists.ts';
import type { Tables } from '../freshness/table-versions.ts';

const NONE = -1;

/** The entries over one list of tables. */
interface Chain {
  tables: readonly string[];
  first: number;
}

export class Dependents {
  /** Queries share the list object that their classification holds: equal lists apart make two chains, which does no harm. */
  readonly #chains = new WeakMap<readonly string[], Chain>();
  /** The chains that are not empty. */
  readonly #byTable = new Map<string, Set<Chain>>();
  /** Entries that may read any table. */
  readonly #ofAny: Chain = { tables: [], first: NONE };
  readonly #chainOf: (Chain | undefined)[] = [];
  #next = new Int32Array(64);
  #previous = new Int32Array(64);
  readonly #ofRows = new RowDependents();

  /** `rows` tells of which tables only certain rows matter. */
  add(slot: number, tables: Tables, rows: RowsByTable = NO_ROWS): void {
    if (tables !== null && rows.size > 0) return this.#ofRows.add(slot, tables, rows);
    if (slot >= this.#next.length) {
      this.#next = grown(this.#next, slot * 2);
      this.#previous = grown(this.#previous, slot * 2);
    }
    const chain = this.#chainFor(tables);
    const { first } = chain;
    if (first === NONE) this.#file(chain);
    else this.#previous[first] = slot;
    this.#next[slot] = first;
    this.#previous[slot] = NONE;
    chain.first = slot;
    this.#chainOf[slot] = chain;
  }

  /** Takes out a slot that was added with these tables. */
  remove(slot: number, tables: Tables): void {
    const chain = this.#chainOf[slot];
    if (chain === undefined) return this.#ofRows.remove(slot, tables ?? []);
    this.#chainOf[slot] = undefined;
    const next = this.#next[slot];
    const previous = this.#previous[slot];
    if (next !== NONE) this.#previous[next] = previous;
    if (previous !== NONE) this.#next[previous] = next;
    else {
      chain.first = next;
      if (next === NONE) this.#unfile(chain);
    }
  }

  /** Slots of entries that read, or may read, the table; with `written`, those alone to which one of these rows may matter. */
  of(table: string, written?: readonly RowKey[]): number[] {
    const found: number[] = [];
    this.#collect(this.#ofAny, found);
    for (const chain of this.#byTable.get(table) ?? []) this.#collect(chain, found);
    this.#ofRows.collect(table, written, found);
    return found;
  }

  /** Of which tables only certain rows matter to an entry. */
  rowsOf(slot: number): RowsByTable {
    return this.#ofRows.rowsOf(slot);
  }

  #collect(chain: Chain, into: number[]): void {
    for (let slot = chain.first; slot !== NONE; slot = this.#next[slot]) into.push(slot);
  }

  #chainFor(tables: Tables): Chain {
    if (tables === null) return this.#ofAny;
    let chain = this.#chains.get(tables);
    if (chain === undefined) this.#chains.set(tables, (chain = { tables, first: NONE }));
    return chain;
  }

  #file(chain: Chain): void {
    for (const table of chain.tables) {
      const chains = this.#byTable.get(table);
      if (chains === undefined) this.#byTable.set(table, new Set([chain]));
      else chains.add(chain);
    }
  }

  #unfile(chain: Chain): void {
    for (const table of chain.tables) {
      const chains = this.#byTable.get(table);
      chains?.delete(chain);
      if (chains?.size === 0) this.#byTable.delete(table);
    }
  }
}
