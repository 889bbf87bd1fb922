/**
 * SIEVE (Zhang, Yang, Yue, Vigfusson and Rashmi, NSDI 2024): one queue in order of arrival and a hand that walks it from the oldest to the
 * newest. A hit only marks its slot; the hand takes marks away and evicts the first slot without one. What survives stays where it is,
 * so newcomers, which the hand meets soon, must prove themselves against it.
 */
import { grown, SlotLists } from '../structures/slot-lists.ts';
import type { Strategy } from './strategy.ts';

const QUEUE = 0;

export class Sieve implements Strategy {
  readonly #lists = new SlotLists(1);
  #visited = new Uint8Array(64);
  /** The slot that the hand looks at next; -1 for the oldest. */
  #hand = -1;

  admit(): boolean {
    return true;
  }
  onInsert(slot: number): void {
    if (slot >= this.#visited.length) this.#visited = grown(this.#visited, slot * 2);
    this.#visited[slot] = 0;
    this.#lists.addFirst(QUEUE, slot);
  }
  onHit(slot: number): void {
    this.#visited[slot] = 1;
  }
  onMiss(): void {}
  onRemove(slot: number): void {
    if (slot === this.#hand) this.#hand = this.#lists.before(slot);
    this.#lists.remove(slot);
  }

  victim(): number {
    let slot = this.#hand >= 0 ? this.#hand : this.#lists.last(QUEUE);
    while (this.#visited[slot] === 1) {
      this.#visited[slot] = 0;
      slot = this.#lists.before(slot);
      if (slot < 0) slot = this.#lists.last(QUEUE);
    }
    return (this.#hand = slot);
  }

  onReweigh(): void {}
  setCapacity(): void {}

  /** As the hand will come by: from its place towards the newest, then round from the oldest. */
  order(): number[] {
    const slots: number[] = [];
    this.#lists.collect(QUEUE, slots);
    const hand = this.#hand >= 0 ? slots.indexOf(this.#hand) : slots.length - 1;
    return [...slots.slice(hand + 1), ...slots.slice(0, hand + 1)];
  }
  ghosts(): number[] {
    return [];
  }
  report(): null {
    return null;
  }
}
