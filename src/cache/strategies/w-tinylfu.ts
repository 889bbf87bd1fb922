/**
 * W-TinyLFU (Einziger, Friedman and Manes, ACM TOS 2017), with a window that climbs (the same with Eytan, Middleware 2018): newcomers pass
 * through an LRU window; what leaves the window enters the main part, a segmented LRU, only if a sketch of recent requests counts it more
 * often than what it would push out. A heavy candidate must beat all that it pushes out, taken together.
 */
import type { RemovalCause } from '../catalogue.ts';
import { Climber } from './climber.ts';
import { FrequencySketch } from '../structures/sketch.ts';
import { grown, SlotLists } from '../structures/slot-lists.ts';
import type { Strategy } from './strategy.ts';

const WINDOW = 0;
const PROBATION = 1;
const PROTECTED = 2;

const WINDOW_SHARE = 0.01;
const WINDOW_SHARE_MAX = 0.8;
const PROTECTED_SHARE = 0.8;
/** The climber decides after so many requests per resident entry. */
const SAMPLE_PER_ENTRY = 10;

export class WTinyLfu implements Strategy {
  readonly #lists = new SlotLists(3);
  readonly #sketch = new FrequencySketch();
  readonly #climber = new Climber();
  readonly #partWeights = new Float64Array(3);
  #capacity = 0;
  #resident = 0;
  #windowShare = WINDOW_SHARE;
  /** What the newcomer that room is made for weighs. */
  #coming = 0;
  #hashes = new Uint32Array(64);
  #weights = new Float64Array(64);
  #parts = new Uint8Array(64);

  admit(_keyHash: number, weight: number): boolean {
    this.#coming = weight;
    return true;
  }

  onInsert(slot: number, keyHash: number, weight: number): void {
    if (slot >= this.#hashes.length) {
      this.#hashes = grown(this.#hashes, slot * 2);
      this.#weights = grown(this.#weights, slot * 2);
      this.#parts = grown(this.#parts, slot * 2);
    }
    this.#hashes[slot] = keyHash;
    this.#weights[slot] = weight;
    this.#sketch.reserve(++this.#resident);
    this.#link(slot, WINDOW);
    this.#coming = 0;
    this.#overflow();
  }

  onHit(slot: number): void {
    this.#sketch.count(this.#hashes[slot]);
    if (this.#parts[slot] === PROBATION) {
      this.#move(slot, PROTECTED);
      this.#demote();
    } else this.#lists.moveFirst(this.#parts[slot], slot);
    this.#climb(true);
  }

  onMiss(keyHash: number): void {
    this.#sketch.count(keyHash);
    this.#climb(false);
  }

  onRemove(slot: number, _cause: RemovalCause): void {
    this.#resident--;
    this.#lists.remove(slot);
    this.#partWeights[this.#parts[slot]] -= this.#weights[slot];
  }

  /** While the window is above its share, its last slot and the main part's last contend for the place. */
  victim(): number {
    for (;;) {
      const candidate = this.#lists.last(WINDOW);
      const last = this.#lastOfMain();
      if (candidate < 0 || last < 0) return Math.max(candidate, last);
      if (this.#partWeights[WINDOW] + this.#coming <= this.#windowMax()) return last;
      if (!this.#beats(candidate)) return candidate;
      this.#move(candidate, PROBATION);
    }
  }

  onReweigh(slot: number, weight: number): void {
    this.#partWeights[this.#parts[slot]] += weight - this.#weights[slot];
    this.#weights[slot] = weight;
    this.#demote();
  }

  setCapacity(capacity: number): void {
    this.#capacity = capacity;
    this.#demote();
  }

  order(): number[] {
    const slots: number[] = [];
    const windowGives = this.#partWeights[WINDOW] + this.#coming > this.#windowMax();
    for (const part of windowGives ? [PROTECTED, PROBATION, WINDOW] : [WINDOW, PROTECTED, PROBATION]) {
      this.#lists.collect(part, slots);
    }
    return slots;
  }

  ghosts(): number[] {
    return [];
  }

  report(): null {
    return null;
  }

  #windowMax(): number {
    return this.#capacity * this.#windowShare;
  }

  #lastOfMain(): number {
    const last = this.#lists.last(PROBATION);
    return last >= 0 ? last : this.#lists.last(PROTECTED);
  }

  /** Whether the candidate was asked for more often than what must leave for it, from the end of probation on. */
  #beats(candidate: number): boolean {
    const frequency = this.#sketch.estimate(this.#hashes[candidate]);
    let others = 0;
    let room = 0;
    for (let slot = this.#lastOfMain(); slot >= 0 && room < this.#weights[candidate]; slot = this.#lists.before(slot)) {
      others += this.#sketch.estimate(this.#hashes[slot]);
      room += this.#weights[slot];
      if (others >= frequency) return false;
    }
    return true;
  }

  /** While there is room for all, what the window cannot hold goes to the main part unasked. */
  #overflow(): void {
    while (this.#partWeights[WINDOW] > this.#windowMax()) {
      const slot = this.#lists.last(WINDOW);
      if (slot < 0 || slot === this.#lists.first(WINDOW)) return;
      this.#move(slot, PROBATION);
    }
  }

  /** What is too much for the protected part goes back to probation. */
  #demote(): void {
    const most = (this.#capacity - this.#windowMax()) * PROTECTED_SHARE;
    while (this.#partWeights[PROTECTED] > most) {
      const slot = this.#lists.last(PROTECTED);
      if (slot < 0) return;
      this.#move(slot, PROBATION);
    }
  }

  #climb(hit: boolean): void {
    const move = this.#climber.observe(hit, SAMPLE_PER_ENTRY * this.#resident + 1);
    if (move === 0) return;
    this.#windowShare = Math.min(WINDOW_SHARE_MAX, Math.max(WINDOW_SHARE, this.#windowShare + move));
    // A larger window takes from the main part what leaves next there; a smaller one hands over its oldest.
    while (this.#partWeights[WINDOW] < this.#windowMax()) {
      const slot = this.#lastOfMain();
      if (slot < 0 || this.#partWeights[WINDOW] + this.#weights[slot] > this.#windowMax()) break;
      this.#move(slot, WINDOW);
    }
    this.#overflow();
    this.#demote();
  }

  #link(slot: number, part: number): void {
    this.#parts[slot] = part;
    this.#lists.addFirst(part, slot);
    this.#partWeights[part] += this.#weights[slot];
  }

  #move(slot: number, part: number): void {
    this.#lists.remove(slot);
    this.#partWeights[this.#parts[slot]] -= this.#weights[slot];
    this.#link(slot, part);
  }
}
