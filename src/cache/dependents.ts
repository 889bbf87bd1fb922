/** Which entries read which table, so that a write finds what it overtakes without looking at the rest. */
import type { Tables } from './table-versions.ts';

export class Dependents {
  readonly #byTable = new Map<string, Set<number>>();
  /** Entries that may read any table. */
  readonly #ofAny = new Set<number>();

  add(slot: number, tables: Tables): void {
    if (tables === null) this.#ofAny.add(slot);
    else for (const table of tables) this.#slotsOf(table).add(slot);
  }

  remove(slot: number, tables: Tables): void {
    if (tables === null) this.#ofAny.delete(slot);
    else {
      for (const table of tables) {
        const slots = this.#slotsOf(table);
        slots.delete(slot);
        if (slots.size === 0) this.#byTable.delete(table);
      }
    }
  }

  /** Slots of entries that read, or may read, the table. */
  of(table: string): number[] {
    return [...(this.#byTable.get(table) ?? []), ...this.#ofAny];
  }

  #slotsOf(table: string): Set<number> {
    let slots = this.#byTable.get(table);
    if (slots === undefined) this.#byTable.set(table, (slots = new Set()));
    return slots;
  }
}
