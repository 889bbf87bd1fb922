/**
 * S3-FIFO (Yang, Zhang, Qiu, Yue and Rashmi, SOSP 2023): newcomers pass through a small queue of a tenth of the capacity; those used
 * twice there move on to the main queue, the others leave and are remembered. Whoever comes back while remembered goes to the main queue
 * at once. The main queue gives second chances, one for each use up to three. Sizes count: queues are bounded by weight.
 */
import type { RemovalCause } from '../catalogue.ts';
import { GhostQueue } from '../structures/ghost-queue.ts';
import { grown, SlotLists } from '../structures/slot-lists.ts';
import type { Strategy } from './strategy.ts';

const SMALL = 0;
const MAIN = 1;

const SMALL_SHARE = 0.1;
const USES_MAX = 3;
/** Uses in the small queue that earn a place in the main one. */
const USES_TO_STAY = 2;

export class S3Fifo implements Strategy {
  readonly #lists = new SlotLists(2);
  readonly #ghosts = new GhostQueue();
  #capacity = 0;
  #mainWeight = 0;
  #hashes = new Uint32Array(64);
  #weights = new Float64Array(64);
  #uses = new Uint8Array(64);
  #inMain = new Uint8Array(64);

  admit(): boolean {
    return true;
  }

  onInsert(slot: number, keyHash: number, weight: number): void {
    if (slot >= this.#hashes.length) this.#grow(slot * 2);
    this.#hashes[slot] = keyHash;
    this.#weights[slot] = weight;
    this.#uses[slot] = 0;
    this.#link(slot, this.#ghosts.take(keyHash) ? MAIN : SMALL);
  }

  onHit(slot: number): void {
    if (this.#uses[slot] < USES_MAX) this.#uses[slot]++;
  }

  onMiss(): void {}

  onRemove(slot: number, cause: RemovalCause): void {
    const small = this.#inMain[slot] === 0;
    this.#unlink(slot);
    if (!small || cause !== 'size') return;
    this.#ghosts.add(this.#hashes[slot], this.#weights[slot]);
    this.#ghosts.shrinkTo(this.#capacity * (1 - SMALL_SHARE));
  }

  /** The small queue gives while it is above its share, else the main one; each slot passed over has earned it. */
  victim(): number {
    for (;;) {
      const queue = this.#giving();
      const slot = this.#lists.last(queue);
      if (slot < 0) return slot;
      const uses = this.#uses[slot];
      if (queue === SMALL) {
        if (uses < USES_TO_STAY) return slot;
        this.#uses[slot] = 0;
        this.#unlink(slot);
        this.#link(slot, MAIN);
      } else {
        if (uses === 0) return slot;
        this.#uses[slot] = uses - 1;
        this.#lists.moveFirst(MAIN, slot);
      }
    }
  }

  onReweigh(slot: number, weight: number): void {
    if (this.#inMain[slot] === 1) this.#mainWeight += weight - this.#weights[slot];
    this.#weights[slot] = weight;
  }

  setCapacity(capacity: number): void {
    this.#capacity = capacity;
    this.#ghosts.shrinkTo(capacity * (1 - SMALL_SHARE));
  }

  order(): number[] {
    const slots: number[] = [];
    const giving = this.#giving();
    this.#lists.collect(giving === SMALL ? MAIN : SMALL, slots);
    this.#lists.collect(giving, slots);
    return slots;
  }

  ghosts(limit: number): number[] {
    return this.#ghosts.latest(limit);
  }

  report(): null {
    return null;
  }

  #giving(): number {
    const mainIsOver = this.#mainWeight > this.#capacity * (1 - SMALL_SHARE);
    if (this.#lists.last(SMALL) < 0) return MAIN;
    return mainIsOver && this.#lists.last(MAIN) >= 0 ? MAIN : SMALL;
  }

  #link(slot: number, queue: number): void {
    this.#lists.addFirst(queue, slot);
    this.#inMain[slot] = queue;
    if (queue === MAIN) this.#mainWeight += this.#weights[slot];
  }

  #unlink(slot: number): void {
    this.#lists.remove(slot);
    if (this.#inMain[slot] === MAIN) this.#mainWeight -= this.#weights[slot];
  }

  #grow(length: number): void {
    this.#hashes = grown(this.#hashes, length);
    this.#weights = grown(this.#weights, length);
    this.#uses = grown(this.#uses, length);
    this.#inMain = grown(this.#inMain, length);
  }
}
