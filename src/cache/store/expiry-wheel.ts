/**
 * Slots by the time at which they are to be looked at again: a hierarchical timer wheel (Varghese and Lauck, SOSP 1987). Adding, removing
 * and turning the wheel take constant time however many slots there are: whole buckets move onto a list, and how much of that list one
 * call works off is bounded, so that a burst of entries that expire together never holds a request up. One timer serves them all: the
 * owner arms it for `nextMs()`. A slot that is removed stays in its bucket, and when it is added again for a later time, which is the
 * rule, it is there already: it is put where it belongs once its bucket is passed.
 */
import { grown, SlotLists } from '../structures/slot-lists.ts';

/** The finest step, and how late a slot may be told. */
export const TICK_MS = 64;
/** Levels of 64 buckets, each bucket as long as the whole level before: 4.1 s, 4.4 min, 4.7 h, 12.4 days. What is due later is looked at again then. */
const LEVELS = 4;
const BUCKETS = 64;
/** Ticks to a bucket, by level; and to the whole wheel. */
const SPANS = [1, 64, 4096, 262_144];
const HORIZON = 64 * 262_144 - 1;
/** After the buckets: slots whose bucket has been passed, the first to be looked at last. */
const PASSED = LEVELS * BUCKETS;

/** A slot's row: when it is due, Infinity once it was removed; the first tick of the bucket that it is in, or -1. */
const DUE_MS = 0;
const TICK = 1;
const ROW = 2;

export class ExpiryWheel {
  #lists = new SlotLists(PASSED + 1);
  #rows = new Float64Array(64 * ROW).fill(-1);
  #count = 0;
  /** Slots in buckets, those that were removed included. */
  #linked = 0;
  /** Where the hand stands, in ticks since `#originMs`. */
  #tick = 0;
  #originMs = 0;
  /** No bucket that is not empty begins before this tick; Infinity when it is not known that any does. */
  #earliest = Infinity;

  get size(): number {
    return this.#count;
  }

  /** Before this there is nothing to do, to within a tick; null when the wheel is empty. */
  nextMs(): number | null {
    if (this.#count === 0) return null;
    if (this.#lists.last(PASSED) >= 0) return this.#msOf(this.#tick);
    if (this.#earliest <= this.#tick) this.#earliest = this.#firstTick();
    return this.#msOf(this.#earliest);
  }

  /** Adds a slot that is not in the wheel. */
  add(slot: number, dueMs: number, nowMs: number): void {
    const at = slot * ROW;
    if (at >= this.#rows.length) this.#grow(at);
    const rows = this.#rows;
    rows[at + DUE_MS] = dueMs;
    this.#count++;
    if (this.#linked === 0) {
      this.#originMs = nowMs;
      this.#tick = 0;
      this.#earliest = Infinity;
    }
    if (rows[at + TICK] >= 0) {
      if (dueMs >= this.#msOf(rows[at + TICK])) return;
      this.#unlink(slot);
    }
    this.#place(slot);
  }

  /** Takes a slot out that is in the wheel. */
  remove(slot: number): void {
    const at = slot * ROW;
    this.#rows[at + DUE_MS] = Infinity;
    this.#count--;
    if (this.#rows[at + TICK] <= this.#tick) this.#unlink(slot);
  }

  /** Takes all slots out. */
  clear(): void {
    this.#lists = new SlotLists(PASSED + 1);
    this.#rows.fill(-1);
    this.#count = this.#linked = 0;
  }

  /**
   * A slot that is due by `nowMs`, or -1; it stays until removed. Of slots that turn out not to be due yet, or to have been removed, at
   * most `moves` are put where they belong now; the others wait for the next call.
   */
  due(nowMs: number, moves = 64): number {
    this.#turn(nowMs);
    for (let slot = this.#lists.last(PASSED); slot >= 0; slot = this.#lists.last(PASSED)) {
      const dueMs = this.#rows[slot * ROW + DUE_MS];
      if (dueMs <= nowMs) return slot;
      if (moves-- <= 0) return -1;
      this.#unlink(slot);
      if (dueMs < Infinity) this.#place(slot);
    }
    return -1;
  }

  /** The bucket of the coarsest level at which the slot's tick differs from the hand's: there it is looked at in time. */
  #place(slot: number): void {
    const at = slot * ROW;
    const ticks = Math.ceil((this.#rows[at + DUE_MS] - this.#originMs) / TICK_MS);
    const wait = Math.min(ticks - this.#tick, HORIZON);
    this.#linked++;
    if (!(wait > 0)) {
      this.#rows[at + TICK] = this.#tick;
      return this.#lists.addFirst(PASSED, slot);
    }
    let level = 0;
    while (wait >= BUCKETS * SPANS[level]) level++;
    const bucket = Math.floor((this.#tick + wait) / SPANS[level]);
    const tick = (this.#rows[at + TICK] = bucket * SPANS[level]);
    this.#lists.addFirst(level * BUCKETS + (bucket & (BUCKETS - 1)), slot);
    this.#earliest = Math.min(this.#earliest, tick);
  }

  #unlink(slot: number): void {
    this.#lists.remove(slot);
    this.#rows[slot * ROW + TICK] = -1;
    this.#linked--;
  }

  /** Moves the hand, and whole buckets that it passes onto the list: at most all buckets, however long nobody looked. */
  #turn(nowMs: number): void {
    const tick = Math.floor((nowMs - this.#originMs) / TICK_MS);
    if (!(tick > this.#tick)) return;
    for (let level = 0; level < LEVELS; level++) {
      const span = SPANS[level];
      const from = Math.floor(this.#tick / span);
      const to = Math.min(Math.floor(tick / span), from + BUCKETS);
      if (to === from) break;
      for (let at = from + 1; at <= to; at++) {
        this.#lists.takeAll(PASSED, level * BUCKETS + (at & (BUCKETS - 1)));
      }
    }
    this.#tick = tick;
  }

  /** Where the first bucket begins that is not empty, counted from the hand. */
  #firstTick(): number {
    let first = Infinity;
    for (let level = 0; level < LEVELS; level++) {
      const span = SPANS[level];
      const from = Math.floor(this.#tick / span);
      for (let at = from + 1; at <= from + BUCKETS && at * span < first; at++) {
        if (this.#lists.last(level * BUCKETS + (at & (BUCKETS - 1))) >= 0) first = at * span;
      }
    }
    return first;
  }

  #grow(at: number): void {
    const { length } = this.#rows;
    this.#rows = grown(this.#rows, Math.max(at + ROW, length * 2)).fill(-1, length);
  }

  #msOf(tick: number): number {
    return this.#originMs + tick * TICK_MS;
  }
}
