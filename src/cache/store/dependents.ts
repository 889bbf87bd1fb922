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
  /** By slot: the next and the previous one on its chain, side by side. */
  #links = new Int32Array(2 * 64);
  /** Entries over one list of tables come in runs. */
  #lastTables: Tables = null;
  #lastChain = this.#ofAny;
  readonly #ofRows = new RowDependents();

  /** `rows` tells of which tables only certain rows matter. */
  add(slot: number, tables: Tables, rows: RowsByTable = NO_ROWS): void {
    if (tables !== null && rows.size > 0) return this.#ofRows.add(slot, tables, rows);
    if (2 * slot >= this.#links.length) this.#links = grown(this.#links, slot * 4);
    const links = this.#links;
    const chain = this.#chainFor(tables);
    const { first } = chain;
    if (first === NONE) this.#file(chain);
    else links[2 * first + 1] = slot;
    links[2 * slot] = first;
    links[2 * slot + 1] = NONE;
    chain.first = slot;
    this.#chainOf[slot] = chain;
  }

  /** Takes out a slot that was added with these tables. */
  remove(slot: number, tables: Tables): void {
    const chain = this.#chainOf[slot];
    if (chain === undefined) return this.#ofRows.remove(slot, tables ?? []);
    this.#chainOf[slot] = undefined;
    const links = this.#links;
    const next = links[2 * slot];
    const previous = links[2 * slot + 1];
    if (next !== NONE) links[2 * next + 1] = previous;
    if (previous !== NONE) links[2 * previous] = next;
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
    for (let slot = chain.first; slot !== NONE; slot = this.#links[2 * slot]) into.push(slot);
  }

  #chainFor(tables: Tables): Chain {
    if (tables === this.#lastTables) return this.#lastChain;
    let chain = tables === null ? this.#ofAny : this.#chains.get(tables);
    if (chain === undefined) this.#chains.set(tables!, (chain = { tables: tables!, first: NONE }));
    this.#lastTables = tables;
    return (this.#lastChain = chain);
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
