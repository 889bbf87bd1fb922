/**
 * The experts that Adaptive listens to: shadows of several strategies on a sample of the live stream, all over one set of records, and
 * the contest between them. Sampling is by key hash, with the capacity scaled alike (SHARDS: Waldspurger, Park, Garthwaite and Ahmad,
 * FAST 2015), and the finer the fewer entries there are: a small cache is shadowed whole, a large one costs no more than a small one.
 */
import { Lirs } from '../strategies/lirs.ts';
import { Lru } from '../strategies/lru.ts';
import { S3Fifo } from '../strategies/s3-fifo.ts';
import type { Strategy } from '../strategies/strategy.ts';
import { Contest } from './contest.ts';
import { HitDensity } from './hit-density.ts';
import type { KeyHistory } from './key-history.ts';
import type { KeyRecords } from './key-records.ts';

export type ExpertName = 'lirs' | 'hit density' | 's3-fifo' | 'lru';

/** The first one begins: what LIRS keeps by mistake can still be dropped. */
export const EXPERTS: Readonly<Record<ExpertName, (history: KeyHistory) => Strategy>> = {
  lirs: () => new Lirs(),
  'hit density': (history) => new HitDensity(history),
  's3-fifo': () => new S3Fifo(),
  lru: () => new Lru(),
};
const NAMES = Object.keys(EXPERTS) as ExpertName[];
const ALL = (1 << NAMES.length) - 1;
/** The one that goes by size and cost. */
const BY_SIZE = NAMES.indexOf('hit density');

/** Shadows of more entries than this are thinned to half; of fewer than an eighth of it, filled up again. */
const ENTRIES_MAX = 256;
const ENTRIES_MIN = 32;
/** Keys that teach are a sample this much larger: all of them up to 32,768 entries. */
const TEACHING_DOUBLINGS = 7;

export class Panel {
  readonly #records: KeyRecords;
  readonly #experts: Strategy[];
  readonly #contest = new Contest(NAMES.length);
  #capacity = 0;
  /** Keys whose mixed hash has so many leading zeros are in the sample: this share of all. */
  #zeros = 0;
  #ratio = 1;
  /** The capacity that is left to it. */
  #share = 0;
  readonly #weights = new Float64Array(NAMES.length);
  /** Entries resident in the content, of the sampled keys. */
  #held = 0;

  constructor(records: KeyRecords, history: KeyHistory) {
    this.#records = records;
    this.#experts = NAMES.map((name) => EXPERTS[name](history));
  }

  get leader(): ExpertName {
    return NAMES[this.#contest.leader];
  }

  get switches(): number {
    return this.#contest.changes;
  }

  /** Entries differ in size or cost: if nobody has earned the lead yet, it goes to the expert that minds that. True when it changes. */
  startBySize(): boolean {
    return this.#contest.start(BY_SIZE);
  }

  setCapacity(capacity: number, nowMs: number): void {
    this.#capacity = capacity;
    this.#scale(nowMs);
  }

  samples(record: number): boolean {
    return this.#zerosOf(record) >= this.#zeros;
  }

  /** Whether something is learned from a key's uses: a larger sample, since classes of keys need many uses each, and a use costs little. */
  teaches(record: number): boolean {
    return this.#zerosOf(record) >= this.#zeros - TEACHING_DOUBLINGS;
  }

  #zerosOf(record: number): number {
    const keyHash = this.#records.hashOf(record);
    return Math.clz32(Math.imul(keyHash ^ (keyHash >>> 16), 0x85ebca6b));
  }

  /** One sampled request; true when the leader changes. */
  observe(record: number, nowMs: number): boolean {
    const before = this.#records.holdersOf(record) & ALL;
    const keyHash = this.#records.hashOf(record);
    const weight = this.#records.weightOf(record);
    const costMs = this.#records.costMsOf(record);
    for (let index = 0; index < NAMES.length; index++) {
      const expert = this.#experts[index];
      if ((before >> index) & 1) {
        expert.onHit(record, nowMs);
        continue;
      }
      expert.onMiss(keyHash);
      if (weight > this.#share || !expert.admit(keyHash, weight, costMs, nowMs)) continue;
      this.#makeRoom(index, weight, nowMs);
      expert.onInsert(record, keyHash, weight, costMs, nowMs, nowMs);
      this.#weights[index] += weight;
      this.#records.hold(record, 1 << index);
    }
    return this.#contest.score(before, costMs, this.#held);
  }

  /** The key is gone for a reason that holds for every strategy. */
  remove(record: number): void {
    const holders = this.#records.holdersOf(record);
    for (let index = 0; index < NAMES.length; index++)
      if ((holders >> index) & 1) this.#remove(index, record, 'explicit');
  }

  /** A record's weight is not what it was `before`. */
  reweigh(record: number, before: number, nowMs: number): void {
    const weight = this.#records.weightOf(record);
    for (let index = 0; index < NAMES.length; index++) {
      if (((this.#records.holdersOf(record) >> index) & 1) === 0) continue;
      this.#weights[index] += weight - before;
      this.#experts[index].onReweigh(record, weight, nowMs);
      this.#makeRoom(index, 0, nowMs);
    }
  }

  /** With so many entries resident: halves or doubles the sample until the shadows are of the right size. */
  fit(entries: number, nowMs: number): void {
    this.#held = entries * this.#ratio;
    if (this.#held > ENTRIES_MAX) this.#thin(nowMs);
    else if (this.#held < ENTRIES_MIN && this.#zeros > 0) {
      this.#zeros--;
      this.#scale(nowMs);
    }
  }

  recentHitRatio(): Record<string, number> {
    const ratios = this.#contest.hitRatios();
    return Object.fromEntries(NAMES.map((name, index) => [name, ratios[index]]));
  }

  #thin(nowMs: number): void {
    this.#zeros++;
    for (let index = 0; index < NAMES.length; index++) {
      for (const record of this.#experts[index].order()) {
        if (!this.samples(record)) this.#remove(index, record, 'explicit');
      }
    }
    this.#scale(nowMs);
  }

  #scale(nowMs: number): void {
    this.#ratio = 2 ** -this.#zeros;
    this.#share = this.#capacity * this.#ratio;
    for (let index = 0; index < NAMES.length; index++) {
      this.#experts[index].setCapacity(this.#share, nowMs);
      this.#makeRoom(index, 0, nowMs);
    }
  }

  #makeRoom(index: number, weight: number, nowMs: number): void {
    while (this.#weights[index] + weight > this.#share) {
      const victim = this.#experts[index].victim(nowMs);
      if (victim < 0) break;
      this.#remove(index, victim, 'size');
    }
  }

  #remove(index: number, record: number, cause: 'size' | 'explicit'): void {
    this.#experts[index].onRemove(record, cause);
    this.#weights[index] -= this.#records.weightOf(record);
    this.#records.drop(record, 1 << index);
  }
}
