/**
 * What is known of each key's uses (how many, when the last, of which class), by record number, and what that promises. Classes learn
 * from a sample of the keys alone, whose uses are logged: what has not come back must count as well as what has.
 */
import { grown } from '../structures/slot-lists.ts';
import { classOf, ReuseDensities } from './reuse-densities.ts';

/** Reuses are counted up to this age, in requests per resident entry; what comes back later was not worth waiting for. */
const HORIZON_PER_ENTRY = 8;
const HORIZON_MIN = 1024;
/** The log of the sample grows up to this length; a few uses of each entry in it are the rule. */
const LOG_MAX = 1 << 18;
/** Densities are learned anew after an eighth more requests at first, and then after eight requests per resident entry. */
const LEARN_MIN = 256;
const LEARN_GROWTH = 1 / 8;
const LEARN_PER_ENTRY = 8;
const USES_MAX = 255;

/** A record's row: when it was last used; how often, up to `USES_MAX`, with its class above. */
const LAST_USE = 0;
const USES = 1;
const ROW = 2;
const CLASS_SHIFT = 8;

export class KeyHistory {
  readonly #densities = new ReuseDensities();
  /** Requests so far; ages are differences, so that it may run over. */
  #now = 0;
  #learned = 0;
  #learnAfter = LEARN_MIN;
  /** The latest uses in the sample, a ring whose length is a power of two: whose, and when. */
  #logRecords = new Int32Array(HORIZON_MIN);
  #logTimes = new Uint32Array(HORIZON_MIN);
  #logStart = 0;
  #logLength = 0;
  #horizon = HORIZON_MIN;
  #rows = new Int32Array(64 * ROW);

  /** One request for a record, with so many entries resident; `sampled` records teach, all of the same key alike. */
  use(record: number, entries: number, sampled: boolean): void {
    const at = record * ROW;
    if (at >= this.#rows.length) this.#rows = grown(this.#rows, at * 2);
    const rows = this.#rows;
    const now = (this.#now = (this.#now + 1) >>> 0);
    const before = rows[at + USES];
    const uses = before & USES_MAX;
    const gap = uses > 0 ? (now - rows[at + LAST_USE]) >>> 0 : 0;
    const klass = classOf(uses + 1, gap, entries);
    if (sampled) {
      if (uses > 0 && gap < this.#horizon) this.#densities.reused(before >> CLASS_SHIFT, gap);
      this.#densities.used(klass);
      this.#note(record, now);
    }
    rows[at + LAST_USE] = now;
    rows[at + USES] = Math.min(uses + 1, USES_MAX) | (klass << CLASS_SHIFT);
    if ((now - this.#learned) >>> 0 >= this.#learnAfter) this.#learn(entries);
  }

  /** The record is given to another key. */
  forget(record: number): void {
    this.#rows[record * ROW + USES] &= ~USES_MAX;
    this.#rows[record * ROW + LAST_USE] = this.#now - this.#horizon;
  }

  usesOf(record: number): number {
    return this.#rows[record * ROW + USES] & USES_MAX;
  }

  /** Requests since the last use, at least 1. */
  ageOf(record: number): number {
    return (this.#now - this.#rows[record * ROW + LAST_USE]) >>> 0 || 1;
  }

  /** Hits to come per request, if the key is held for the best number of requests. */
  densityOf(record: number): number {
    return this.#densities.densityOf(this.#rows[record * ROW + USES] >> CLASS_SHIFT, this.ageOf(record));
  }

  #note(record: number, now: number): void {
    const length = this.#logRecords.length;
    if (this.#logLength === length) {
      const oldest = (now - this.#logTimes[this.#logStart]) >>> 0;
      if (oldest < this.#horizon && length < LOG_MAX) return this.#lengthen(record, now);
      this.#logStart = (this.#logStart + 1) & (length - 1);
      this.#logLength--;
    }
    const at = (this.#logStart + this.#logLength++) & (length - 1);
    this.#logRecords[at] = record;
    this.#logTimes[at] = now;
  }

  #lengthen(record: number, now: number): void {
    const records = this.#logRecords;
    const times = this.#logTimes;
    const start = this.#logStart;
    this.#logRecords = new Int32Array(records.length * 2);
    this.#logTimes = new Uint32Array(times.length * 2);
    for (let nth = 0; nth < records.length; nth++) {
      const at = (start + nth) & (records.length - 1);
      this.#logRecords[nth] = records[at];
      this.#logTimes[nth] = times[at];
    }
    this.#logStart = 0;
    this.#note(record, now);
  }

  #learn(entries: number): void {
    const mask = this.#logRecords.length - 1;
    const reach = Math.min(this.#horizon, this.#now);
    let oldest = 1;
    for (let nth = this.#logLength - 1; nth >= 0; nth--) {
      const at = (this.#logStart + nth) & mask;
      const age = (this.#now - this.#logTimes[at]) >>> 0;
      if (age >= reach) break;
      if (age > 0) oldest = age;
      const record = this.#logRecords[at];
      if (age > 0 && this.#rows[record * ROW + LAST_USE] === (this.#logTimes[at] | 0))
        this.#densities.waits(this.#rows[record * ROW + USES] >> CLASS_SHIFT, age);
    }
    const logIsFull = this.#logRecords.length === LOG_MAX && this.#logLength === LOG_MAX;
    const requests = (this.#now - this.#learned) >>> 0;
    this.#densities.learn(Math.max(entries, 16), requests, logIsFull ? oldest : reach);
    this.#learned = this.#now;
    this.#learnAfter = Math.max(LEARN_MIN, Math.min(this.#now * LEARN_GROWTH, LEARN_PER_ENTRY * entries));
    this.#horizon = Math.max(HORIZON_MIN, HORIZON_PER_ENTRY * entries);
  }
}
