/**
 * Adaptive: follow the leader. Shadows of LRU and of aged LFU see the live stream; the content follows the shadow with the better recent
 * hits by evicting first what that shadow no longer holds. A change of leader moves no data: the content converges as newcomers arrive.
 * The choice is "follow the leader" among experts (Littlestone and Warmuth, 1994) over decayed scores, with hysteresis against flapping.
 */
import type { RemovalCause } from '../catalogue.ts';
import { HashIndex } from '../hash-index.ts';
import { ShadowCache } from '../shadows.ts';
import { grown, SlotLists } from '../slot-lists.ts';
import type { Strategy, StrategyReport } from '../strategy.ts';
import { Lfu } from './lfu.ts';
import { Lru } from './lru.ts';

const EXPERTS = { lru: () => new Lru(), lfu: () => new Lfu() };
const EXPERT_NAMES = Object.keys(EXPERTS) as (keyof typeof EXPERTS)[];

/** Scores forget over so many requests per resident entry: long enough to tell luck from merit, short enough to see a phase end. */
const WINDOW_PER_ENTRY = 8;
const WINDOW_MIN = 512;
/** A challenger must lead by this many standard deviations of a hit count (its square root, as for a Poisson count). */
const LEAD_DEVIATIONS = 0.5;
/** And a leader stays for at least so many requests per resident entry, about the time that the content takes to follow it. */
const DWELL_PER_ENTRY = 1;

/** What the leader holds, in order of use; and what it has dropped, which leaves first. */
const KEPT = 0;
const SPARE = 1;

export class Adaptive implements Strategy {
  readonly #shadows: ShadowCache[];
  readonly #scores = new Float64Array(EXPERT_NAMES.length);
  /** Decayed count of requests: what a score would be if all were hits. */
  #requests = 0;
  #leader = 0;
  #switches = 0;
  #sinceSwitch = 0;

  readonly #lists = new SlotLists(2);
  readonly #resident = new HashIndex();
  #hashes = new Uint32Array(64);
  #weights = new Float64Array(64);
  #costsMs = new Float64Array(64);

  constructor() {
    this.#shadows = EXPERT_NAMES.map(
      (name, index) =>
        new ShadowCache(EXPERTS[name](), 0, (keyHash) => {
          if (index === this.#leader) this.#drop(keyHash);
        }),
    );
  }

  /** Everybody enters; the shadows see the newcomer here, before room is made, so that the leader's own victim is known by then. */
  admit(keyHash: number, weight: number, costMs: number, nowMs: number): boolean {
    this.#observe(keyHash, weight, costMs, nowMs);
    return true;
  }

  onInsert(slot: number, keyHash: number, weight: number, costMs: number): void {
    if (slot >= this.#hashes.length) {
      this.#hashes = grown(this.#hashes, slot * 2);
      this.#weights = grown(this.#weights, slot * 2);
      this.#costsMs = grown(this.#costsMs, slot * 2);
    }
    this.#hashes[slot] = keyHash;
    this.#weights[slot] = weight;
    this.#costsMs[slot] = costMs;
    this.#resident.set(keyHash, slot);
    this.#lists.addFirst(this.#listOf(keyHash), slot);
  }

  onHit(slot: number, nowMs: number): void {
    const keyHash = this.#hashes[slot];
    this.#observe(keyHash, this.#weights[slot], this.#costsMs[slot], nowMs);
    this.#lists.moveFirst(this.#listOf(keyHash), slot);
  }

  onMiss(): void {}

  onRemove(slot: number, cause: RemovalCause): void {
    const keyHash = this.#hashes[slot];
    this.#lists.remove(slot);
    if (this.#resident.get(keyHash) === slot) this.#resident.delete(keyHash);
    // Data that is gone is gone for every strategy; an eviction is this strategy's own affair, a replacement leaves the key in place.
    if (cause !== 'size' && cause !== 'replaced') for (const shadow of this.#shadows) shadow.remove(keyHash);
  }

  victim(): number {
    const spare = this.#lists.last(SPARE);
    return spare >= 0 ? spare : this.#lists.last(KEPT);
  }

  onReweigh(slot: number, weight: number, nowMs: number): void {
    this.#weights[slot] = weight;
    for (const shadow of this.#shadows) shadow.reweigh(this.#hashes[slot], weight, nowMs);
  }

  setCapacity(capacity: number, nowMs: number): void {
    for (const shadow of this.#shadows) shadow.setCapacity(capacity, nowMs);
  }

  order(): number[] {
    const slots: number[] = [];
    this.#lists.collect(KEPT, slots);
    this.#lists.collect(SPARE, slots);
    return slots;
  }

  ghosts(): number[] {
    return [];
  }

  report(): StrategyReport {
    return {
      leader: EXPERT_NAMES[this.#leader],
      switches: this.#switches,
      recentHitRatio: Object.fromEntries(
        EXPERT_NAMES.map((name, index) => [name, this.#requests === 0 ? 0 : this.#scores[index] / this.#requests]),
      ),
    };
  }

  #observe(keyHash: number, weight: number, costMs: number, nowMs: number): void {
    const entries = this.#shadows[this.#leader].size;
    const keep = 1 - 1 / Math.max(WINDOW_PER_ENTRY * entries, WINDOW_MIN);
    let best = this.#leader;
    for (let index = 0; index < this.#shadows.length; index++) {
      const hit = this.#shadows[index].access(keyHash, weight, costMs, nowMs);
      this.#scores[index] = this.#scores[index] * keep + (hit ? 1 : 0);
      if (this.#scores[index] > this.#scores[best]) best = index;
    }
    this.#requests = this.#requests * keep + 1;
    this.#sinceSwitch++;
    if (best === this.#leader || this.#sinceSwitch < DWELL_PER_ENTRY * entries) return;
    const score = this.#scores[this.#leader];
    if (this.#scores[best] > score + LEAD_DEVIATIONS * Math.sqrt(score)) this.#follow(best);
  }

  /** Sorts the residents anew into what the new leader holds and what it does not, keeping their order. */
  #follow(leader: number): void {
    this.#leader = leader;
    this.#switches++;
    this.#sinceSwitch = 0;
    const slots = this.order();
    for (let at = slots.length - 1; at >= 0; at--) {
      const slot = slots[at];
      this.#lists.moveFirst(this.#listOf(this.#hashes[slot]), slot);
    }
  }

  #drop(keyHash: number): void {
    const slot = this.#resident.get(keyHash);
    if (slot >= 0) this.#lists.moveFirst(SPARE, slot);
  }

  #listOf(keyHash: number): number {
    return this.#shadows[this.#leader].has(keyHash) ? KEPT : SPARE;
  }
}
