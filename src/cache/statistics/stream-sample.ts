/**
 * What the cache watches on a sample of its keys: how other sizes (`MissCurve`) and other strategies (`StrategyComparison`) would have
 * done on the same stream. What was written is a miss for all of them, also when it was not here any more, and takes no room in them.
 * Times to live run from when each strategy would have fetched the result. For sizes that is only roughly known (`FETCHED_ALIKE`), so
 * that the curve errs by a point or two where times are short against the pauses between two requests for the same.
 */
import { formatBytes } from '../../core/bytes.ts';
import { StrategyComparison } from './comparison.ts';
import { GROUPS, MissCurve } from './miss-curve.ts';
import type { CacheComparison, CacheCurve } from './reports.ts';
import { NO_ROWS, type RowsByTable } from '../freshness/row-keys.ts';
import { SAMPLED_KEYS_MAX, SampledKeys } from './sampled-keys.ts';
import { ENTRY_SHARE_MAX } from '../settings.ts';
import type { Tables, TableVersions } from '../freshness/table-versions.ts';
import { percent } from '../words.ts';

/** The curve is drawn from 1/64 of the capacity to 64 times as much, at four sizes an octave; */
const OCTAVES_AROUND = 6;
/** and from so much less at most, where a small part of the room already holds what is asked for: else it would be a level line. */
const OCTAVES_BELOW_MAX = 20;
/** Of what the whole capacity hits: the curve begins where no more than this is hit. */
const FOOT_SHARE = 0.1;
const POINTS_PER_OCTAVE = 4;
const READ_AT = [0.5, 2, 4];
/** Fewer requests, or fewer keys, tell chance more than merit. */
const TELLING_REQUESTS = 200;
const TELLING_KEYS = 16;
/** Caches up to so many times this one's size are taken to have fetched a result when this one did; larger ones, when it was first asked for. */
const FETCHED_ALIKE = 4;
/** How often what is over, but nobody asks for, is taken off, so that it does not take the room of others. */
const SWEEP_EVERY_MS = 100;

export class StreamSample {
  /** Only keys with a hash below this are to be told of. */
  limit = Infinity;
  readonly #versions: Pick<TableVersions, 'isCurrentSince' | 'latest'>;
  readonly #keys: SampledKeys;
  readonly #curve: MissCurve;
  #comparison: StrategyComparison | null = null;
  readonly #keysMax: number;
  #capacityBytes = 0;
  #staleMs = 0;
  #sweptMs = -Infinity;
  #sweptLogNumber = -1;
  /** By slot of `#keys`: what the key's result rests on, as of when, and until when it would have been served. */
  readonly #tables: Tables[] = [];
  readonly #rows: RowsByTable[] = [];
  readonly #logNumbers: Float64Array;
  readonly #untilMs: Float64Array;
  /** The same for a cache that evicts nothing. */
  readonly #firstUntilMs: Float64Array;
  /** 1 while a hit has shown that the cache itself holds it: then the cache tells when it leaves. */
  readonly #held: Uint8Array;

  constructor(versions: Pick<TableVersions, 'isCurrentSince' | 'latest'>, keysMax = SAMPLED_KEYS_MAX) {
    this.#versions = versions;
    this.#keysMax = keysMax;
    this.#keys = new SampledKeys(keysMax);
    this.#curve = new MissCurve(keysMax);
    this.#logNumbers = new Float64Array(keysMax);
    this.#untilMs = new Float64Array(keysMax);
    this.#firstUntilMs = new Float64Array(keysMax);
    this.#held = new Uint8Array(keysMax);
  }

  /** For `staleMs` after its time an entry is still served, and refreshed. */
  configure(capacityBytes: number, compares: boolean, staleMs: number, nowMs: number): void {
    this.#capacityBytes = capacityBytes;
    this.#staleMs = staleMs;
    if (!compares) this.#comparison = null;
    else if (this.#comparison === null) this.#comparison = new StrategyComparison(this.#scaled(), this.#keysMax);
    else this.#comparison.setCapacity(this.#scaled(), nowMs);
  }

  /** A look-up found nothing. A larger cache, or another strategy's, would have found nothing either if this is over. */
  missed(hash: number, nowMs: number): void {
    const slot = this.#keys.get(hash);
    if (slot < 0) return;
    if (!this.#isCurrent(slot)) this.drop(hash);
    else if (nowMs >= this.#untilMs[slot]) this.#curve.remove(slot);
  }

  /** A hit: one request was answered by what is held. The parameters are those of `answered`. */
  hit(hash: number, weight: number, bytes: number, costMs: number, lifeMs: number, nowMs: number): void {
    this.answered(hash, weight, bytes, costMs, lifeMs, nowMs);
    const slot = this.#keys.get(hash);
    if (slot >= 0) this.#held[slot] = 1;
  }

  /**
   * One request was answered, by a hit or by an execution. `weight` is what an entry takes of the room, `bytes` what the result weighs
   * to who asks; `lifeMs` is for how long it is served once it was executed.
   */
  answered(hash: number, weight: number, bytes: number, costMs: number, lifeMs: number, nowMs: number): void {
    if (!(Math.abs(nowMs - this.#sweptMs) < SWEEP_EVERY_MS)) this.#sweep(nowMs);
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
      this.describe(hash, null, NO_ROWS, this.#versions.latest, Infinity);
    }
    const leastBytes = weight * ENTRY_SHARE_MAX;
    let mostBytes = Infinity;
    if (nowMs >= this.#firstUntilMs[slot]) {
      mostBytes = FETCHED_ALIKE * this.#capacityBytes;
      this.#firstUntilMs[slot] = nowMs + lifeMs;
    }
    this.#curve.access(slot, weight, bytes, leastBytes, this.#keys.ratio, mostBytes, hash % GROUPS);
    if (this.#comparison === null) return;
    const fits = leastBytes <= this.#capacityBytes;
    this.#comparison.access({ slot, hash, weight, bytes, costMs, fits, lifeMs, staleMs: this.#staleMs }, nowMs);
  }

  /** What the key's result rests on: as of log number `logNumber`, served until `untilMs` at the latest. */
  describe(hash: number, tables: Tables, rows: RowsByTable, logNumber: number, untilMs: number): void {
    const slot = this.#keys.get(hash);
    if (slot < 0) return;
    this.#tables[slot] = tables;
    this.#rows[slot] = rows;
    this.#logNumbers[slot] = logNumber;
    this.#untilMs[slot] = untilMs;
  }

  /** The entry had to make room: it may be held at another size, and until now no write had touched it. */
  evicted(hash: number, tables: Tables, untilMs: number): void {
    const slot = this.#keys.get(hash);
    if (slot < 0) return;
    // One that came back with a reload was never described.
    const rows = this.#tables[slot] === null ? NO_ROWS : this.#rows[slot];
    this.#held[slot] = 0;
    this.describe(hash, tables, rows, this.#versions.latest, untilMs);
  }

  /** The entry's time was over; another strategy may have fetched it later. */
  expired(hash: number): void {
    const slot = this.#keys.get(hash);
    if (slot < 0) return;
    this.#held[slot] = 0;
    this.#curve.remove(slot);
  }

  /** The entry has left for a reason that holds for every size and every strategy. */
  drop(hash: number): void {
    const slot = this.#keys.get(hash);
    if (slot < 0) return;
    this.#held[slot] = 0;
    this.#firstUntilMs[slot] = 0;
    this.#curve.remove(slot);
    this.#comparison?.remove(slot, hash);
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
    const now = this.#curve.at(capacityBytes, expected, ratio);
    if (now !== null) {
      let below = OCTAVES_AROUND;
      const hits = (octaves: number): number => this.#curve.at(capacityBytes / 2 ** octaves, expected)?.hitRatio ?? 0;
      while (below < OCTAVES_BELOW_MAX && hits(below) > FOOT_SHARE * now.hitRatio) below++;
      for (let step = -below * POINTS_PER_OCTAVE; step <= OCTAVES_AROUND * POINTS_PER_OCTAVE; step++) {
        const bytes = Math.round(capacityBytes * 2 ** (step / POINTS_PER_OCTAVE));
        const point = this.#curve.at(bytes, expected, ratio);
        if (point !== null) points.push({ capacityBytes: bytes, ...point });
      }
      for (const factor of size < TELLING_KEYS || expected < TELLING_REQUESTS ? [] : READ_AT) {
        const bytes = Math.round(capacityBytes * factor);
        const { hitRatio, error } = this.#curve.at(bytes, expected, ratio) ?? { hitRatio: 0, error: 0 };
        const sentence = `At ${factor}x the size, ${formatBytes(bytes)}, LRU would hit ${percent(hitRatio)} of the requests; at the present size, ${percent(now.hitRatio)}.`;
        readings.push({ factor, capacityBytes: bytes, hitRatio, error, sentence });
      }
    }
    const sampled = { sampleRatio: ratio, sampledKeys: size, requests: Math.round(expected) };
    return { ...sampled, capacityBytes, now, points, readings };
  }

  #halve(nowMs: number): void {
    for (const slot of this.#keys.halve()) this.#forget(slot);
    this.limit = this.#keys.limit;
    this.#curve.halve();
    this.#comparison?.setCapacity(this.#scaled(), nowMs);
  }

  #isCurrent(slot: number): boolean {
    return this.#versions.isCurrentSince(this.#tables[slot], this.#logNumbers[slot], this.#rows[slot]);
  }

  /** What a write has overtaken, or time, leaves everywhere, whether it is held here or not. */
  #sweep(nowMs: number): void {
    this.#sweptMs = nowMs;
    const { latest } = this.#versions;
    const written = latest !== this.#sweptLogNumber;
    this.#sweptLogNumber = latest;
    for (const slot of this.#keys.slots()) {
      if (this.#held[slot] === 1) continue;
      if (written && !this.#isCurrent(slot)) this.drop(this.#keys.hashAt(slot));
      else if (nowMs >= this.#untilMs[slot]) this.#curve.remove(slot);
      else if (written) this.#logNumbers[slot] = latest;
    }
    this.#comparison?.sweep(this.#keys, nowMs);
  }

  #forget(slot: number): void {
    this.#curve.remove(slot);
    this.#comparison?.remove(slot, this.#keys.hashAt(slot));
    this.#tables[slot] = [];
    this.#rows[slot] = NO_ROWS;
    this.#firstUntilMs[slot] = this.#held[slot] = 0;
    this.#keys.remove(slot);
  }

  #scaled(): number {
    return this.#capacityBytes * this.#keys.ratio;
  }
}
