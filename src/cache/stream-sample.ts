/**
 * What the cache watches on a sample of its keys: how other sizes (`MissCurve`) and other strategies (`StrategyComparison`) would have
 * done on the same stream. What was written or has outlived its time is a miss for all of them, also when it was not here any more.
 */
import { formatBytes } from '../core/bytes.ts';
import { StrategyComparison } from './comparison.ts';
import { MissCurve } from './miss-curve.ts';
import type { CacheComparison, CacheCurve } from './reports.ts';
import { SAMPLED_KEYS_MAX, SampledKeys } from './sampled-keys.ts';
import { ENTRY_SHARE_MAX } from './settings.ts';
import type { Tables, TableVersions } from './table-versions.ts';
import { percent } from './words.ts';

/** The curve is drawn from 1/64 of the capacity to 64 times as much, at four sizes an octave. */
const OCTAVES_AROUND = 6;
const POINTS_PER_OCTAVE = 4;
const READ_AT = [0.5, 2, 4];
/** Fewer requests, or fewer keys, tell chance more than merit. */
const TELLING_REQUESTS = 200;
const TELLING_KEYS = 16;

export class StreamSample {
  readonly #versions: Pick<TableVersions, 'isCurrentSince' | 'latest'>;
  readonly #keys: SampledKeys;
  readonly #curve: MissCurve;
  #comparison: StrategyComparison | null = null;
  #capacityBytes = 0;
  /** By slot of `#keys`: what the key's result rests on, as of when, and until when it would have been served. */
  readonly #tables: Tables[] = [];
  readonly #logNumbers: Float64Array;
  readonly #untilMs: Float64Array;

  constructor(versions: Pick<TableVersions, 'isCurrentSince' | 'latest'>, keysMax = SAMPLED_KEYS_MAX) {
    this.#versions = versions;
    this.#keys = new SampledKeys(keysMax);
    this.#curve = new MissCurve(keysMax);
    this.#logNumbers = new Float64Array(keysMax);
    this.#untilMs = new Float64Array(keysMax);
  }

  /** Only keys with a hash below this are to be told of. */
  get limit(): number {
    return this.#keys.limit;
  }

  configure(capacityBytes: number, compares: boolean, nowMs: number): void {
    this.#capacityBytes = capacityBytes;
    if (!compares) this.#comparison = null;
    else if (this.#comparison === null) this.#comparison = new StrategyComparison(this.#scaled());
    else this.#comparison.setCapacity(this.#scaled(), nowMs);
  }

  /** A look-up found nothing. A larger cache, or another strategy's, would have found nothing either if this is over. */
  missed(hash: number, nowMs: number): void {
    const slot = this.#keys.get(hash);
    if (slot < 0) return;
    const holds =
      nowMs < this.#untilMs[slot] && this.#versions.isCurrentSince(this.#tables[slot], this.#logNumbers[slot]);
    if (!holds) this.drop(hash);
  }

  /**
   * One request was answered, by a hit or by an execution. `weight` is what an entry takes of the room, `bytes` what the result weighs
   * to who asks.
   */
  answered(hash: number, weight: number, bytes: number, costMs: number, nowMs: number): void {
    let slot = this.#keys.get(hash);
    if (this.#keys.crowded(slot < 0, nowMs)) {
      this.#halve(nowMs);
      if (hash >= this.#keys.limit) return;
      slot = this.#keys.get(hash);
      // All of a full sample may have lain in the lower half: then it is halved again with the next request.
      if (slot < 0 && this.#keys.isFull) return;
    }
    if (slot < 0) {
      slot = this.#keys.add(hash);
      // Until it is described, any write is taken to touch it.
      this.describe(hash, null, this.#versions.latest, Infinity);
    }
    const leastBytes = weight * ENTRY_SHARE_MAX;
    this.#curve.access(slot, weight, bytes, leastBytes, this.#keys.ratio);
    this.#comparison?.access(hash, weight, bytes, costMs, leastBytes <= this.#capacityBytes, nowMs);
  }

  /** What the key's result rests on: as of log number `logNumber`, served until `untilMs` at the latest. */
  describe(hash: number, tables: Tables, logNumber: number, untilMs: number): void {
    const slot = this.#keys.get(hash);
    if (slot < 0) return;
    this.#tables[slot] = tables;
    this.#logNumbers[slot] = logNumber;
    this.#untilMs[slot] = untilMs;
  }

  /** The entry has left for a reason that holds for every size and every strategy. */
  drop(hash: number): void {
    const slot = this.#keys.get(hash);
    if (slot < 0) return;
    this.#curve.remove(slot);
    this.#comparison?.remove(hash);
  }

  reweigh(hash: number, weight: number, nowMs: number): void {
    const slot = this.#keys.get(hash);
    if (slot < 0) return;
    this.#curve.reweigh(slot, weight);
    this.#comparison?.reweigh(hash, weight, nowMs);
  }

  /** Nothing from before holds: other data. */
  dropAll(): void {
    for (const slot of this.#keys.slots()) this.#forget(slot);
  }

  resetCounts(): void {
    this.#curve.resetCounts();
    this.#comparison?.resetCounts();
  }

  comparison(): CacheComparison | null {
    return this.#comparison?.report(this.#keys.ratio, this.#keys.size) ?? null;
  }

  /** `requests` is how many were answered since the counts were reset, sampled or not. */
  curve(requests: number): CacheCurve {
    const { ratio, size } = this.#keys;
    const expected = requests * ratio;
    const capacityBytes = this.#capacityBytes;
    const points: CacheCurve['points'] = [];
    const readings: CacheCurve['readings'] = [];
    const now = this.#curve.at(capacityBytes, expected);
    if (now !== null) {
      for (let step = -OCTAVES_AROUND * POINTS_PER_OCTAVE; step <= OCTAVES_AROUND * POINTS_PER_OCTAVE; step++) {
        const bytes = Math.round(capacityBytes * 2 ** (step / POINTS_PER_OCTAVE));
        const point = this.#curve.at(bytes, expected);
        if (point !== null) points.push({ capacityBytes: bytes, ...point });
      }
      for (const factor of size < TELLING_KEYS || expected < TELLING_REQUESTS ? [] : READ_AT) {
        const bytes = Math.round(capacityBytes * factor);
        const hitRatio = this.#curve.at(bytes, expected)?.hitRatio ?? 0;
        const sentence = `At ${factor}x the size, ${formatBytes(bytes)}, LRU would hit ${percent(hitRatio)} of the requests; at the present size, ${percent(now.hitRatio)}.`;
        readings.push({ factor, capacityBytes: bytes, hitRatio, sentence });
      }
    }
    return { sampleRatio: ratio, sampledKeys: size, requests: Math.round(expected), capacityBytes, points, readings };
  }

  #halve(nowMs: number): void {
    for (const slot of this.#keys.halve()) this.#forget(slot);
    this.#curve.halve();
    this.#comparison?.setCapacity(this.#scaled(), nowMs);
  }

  #forget(slot: number): void {
    this.#curve.remove(slot);
    this.#comparison?.remove(this.#keys.hashAt(slot));
    this.#tables[slot] = [];
    this.#keys.remove(slot);
  }

  #scaled(): number {
    return this.#capacityBytes * this.#keys.ratio;
  }
}
