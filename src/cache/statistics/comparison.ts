/**
 * All strategies beside each other on the live stream: each over the same sample of the keys, in a shadow with the same share of the
 * room. What one would have hit is thereby known without storing anything twice.
 */
import { STRATEGY_NAMES, STRATEGIES, type StrategyName } from '../catalogue.ts';
import { GROUPS } from './miss-curve.ts';
import { STRATEGY_REGISTRY } from '../strategies/registry.ts';
import type { CacheComparison } from './reports.ts';
import { ShadowCache } from '../strategies/shadows.ts';
import { percent } from '../words.ts';

/** Fewer requests, or fewer keys, tell chance more than merit. */
const TELLING_REQUESTS = 200;
const TELLING_KEYS = 16;

/** One request for a sampled key. */
export interface SampledRequest {
  /** Of the key, among those sampled. */
  slot: number;
  hash: number;
  /** What an entry takes of the room; what the result weighs to who asks. */
  weight: number;
  bytes: number;
  costMs: number;
  /** False for a result that is too large to be stored at all. */
  fits: boolean;
  /** For how long it is served once it was executed; in the last `staleMs` of that a hit refreshes it. */
  lifeMs: number;
  staleMs: number;
}

export class StrategyComparison {
  readonly #shadows: ShadowCache[];
  /** By strategy, then by slot: until when what the shadow holds would be served; Infinity where it holds nothing. */
  readonly #untilMs: Float64Array[];
  readonly #hits = new Float64Array(STRATEGY_NAMES.length);
  readonly #hitBytes = new Float64Array(STRATEGY_NAMES.length);
  readonly #savedMs = new Float64Array(STRATEGY_NAMES.length);
  /** Of groups of keys with equal chances: requests, and by strategy hits and the time that they saved. */
  readonly #groupRequests = new Float64Array(GROUPS);
  readonly #groupCostMs = new Float64Array(GROUPS);
  readonly #groupHits = new Float64Array(GROUPS * STRATEGY_NAMES.length);
  readonly #groupSavedMs = new Float64Array(GROUPS * STRATEGY_NAMES.length);
  #requests = 0;
  #bytes = 0;
  #costMs = 0;

  /** `capacityBytes` is already scaled down to the sample; keys have slots below `keysMax`. */
  constructor(capacityBytes: number, keysMax: number) {
    this.#shadows = STRATEGY_NAMES.map((name) => new ShadowCache(STRATEGY_REGISTRY[name].create(), capacityBytes));
    this.#untilMs = STRATEGY_NAMES.map(() => new Float64Array(keysMax).fill(Infinity));
  }

  access({ slot, hash, weight, bytes, costMs, fits, lifeMs, staleMs }: SampledRequest, nowMs: number): void {
    this.#requests++;
    this.#bytes += bytes;
    this.#costMs += costMs;
    const group = hash % GROUPS;
    this.#groupRequests[group]++;
    this.#groupCostMs[group] += costMs;
    if (!fits) return;
    for (let at = 0; at < this.#shadows.length; at++) {
      const shadow = this.#shadows[at];
      const untilMs = this.#untilMs[at];
      if (untilMs[slot] <= nowMs) shadow.remove(hash);
      if (!shadow.access(hash, weight, costMs, nowMs, nowMs + lifeMs)) {
        untilMs[slot] = nowMs + lifeMs;
        continue;
      }
      if (untilMs[slot] - staleMs <= nowMs) untilMs[slot] = nowMs + lifeMs;
      this.#hits[at]++;
      this.#hitBytes[at] += bytes;
      this.#savedMs[at] += costMs;
      this.#groupHits[at * GROUPS + group]++;
      this.#groupSavedMs[at * GROUPS + group] += costMs;
    }
  }

  remove(slot: number, hash: number): void {
    for (let at = 0; at < this.#shadows.length; at++) {
      this.#untilMs[at][slot] = Infinity;
      this.#shadows[at].remove(hash);
    }
  }

  /** What is over takes no room any more. */
  sweep(keys: { hashAt(slot: number): number }, nowMs: number): void {
    for (let at = 0; at < this.#shadows.length; at++) {
      const untilMs = this.#untilMs[at];
      for (let slot = 0; slot < untilMs.length; slot++) {
        if (untilMs[slot] > nowMs) continue;
        untilMs[slot] = Infinity;
        this.#shadows[at].remove(keys.hashAt(slot));
      }
    }
  }

  reweigh(keyHash: number, weight: number, nowMs: number): void {
    for (const shadow of this.#shadows) shadow.reweigh(keyHash, weight, nowMs);
  }

  setCapacity(capacityBytes: number, nowMs: number): void {
    for (const shadow of this.#shadows) shadow.setCapacity(capacityBytes, nowMs);
  }

  resetCounts(): void {
    const counts = [this.#hits, this.#hitBytes, this.#savedMs, this.#groupRequests, this.#groupCostMs];
    for (const count of [...counts, this.#groupHits, this.#groupSavedMs]) count.fill(0);
    this.#requests = this.#bytes = this.#costMs = 0;
  }

  report(sampleRatio: number, sampledKeys: number): CacheComparison {
    const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);
    const enough = this.#requests >= TELLING_REQUESTS && sampledKeys >= TELLING_KEYS;
    const hits = rank(this.#hits, this.#groupHits, this.#groupRequests, sampleRatio);
    const time = rank(this.#savedMs, this.#groupSavedMs, this.#groupCostMs, sampleRatio);
    const leaders = { hits: enough ? hits.leader : null, time: enough ? time.leader : null };
    const alike = this.#hits.every((count) => count === this.#hits[0]);
    return {
      sampleRatio,
      sampledKeys,
      requests: this.#requests,
      strategies: STRATEGY_NAMES.map((strategy, at) => ({
        strategy,
        hits: this.#hits[at],
        hitRatio: share(this.#hits[at], this.#requests),
        byteHitRatio: share(this.#hitBytes[at], this.#bytes),
        timeSavedRatio: share(this.#savedMs[at], this.#costMs),
        error:
          this.#requests > 0 ? 2 * standardError(this.#groupHits, at, null, this.#groupRequests, sampleRatio) : null,
      })),
      alike,
      leaders,
      reading: enough ? this.#reading(alike, hits, time) : null,
    };
  }

  #reading(alike: boolean, hits: Ranking, time: Ranking): string {
    const requests = `Of ${this.#requests.toLocaleString('en')} requests`;
    if (alike)
      return `${requests}, every strategy hits the same: ${percent(this.#hits[0] / this.#requests)}. Nothing that was asked for again had to leave: choose a smaller capacity to see them differ.`;
    const byHits = `${requests}, ${sentence(hits, 'hits most', 'hit most', hits.most / this.#requests)}`;
    if (this.#costMs === 0) return byHits;
    const saved = time.most / this.#costMs;
    if (time.leader !== null && time.leader === hits.leader)
      return `${byHits} It also saves the most time: ${percent(saved)}.`;
    return `${byHits} ${sentence(time, 'saves the most time', 'save the most time', saved)}`;
  }
}

interface Ranking {
  /** Ahead of all others by more than chance may have put between them; null when there is none. */
  leader: StrategyName | null;
  /** The first, and those that cannot be told from it. */
  first: StrategyName[];
  most: number;
}

/** `groups` are the counts of each strategy by group, `whole` what they are shares of. */
function rank(counts: Float64Array, groups: Float64Array, whole: Float64Array, sampleRatio: number): Ranking {
  const most = counts.reduce((best, count) => Math.max(best, count), 0);
  const best = counts.indexOf(most);
  const total = whole.reduce((sum, count) => sum + count, 0);
  const first = STRATEGY_NAMES.filter((_, at) => {
    const lead = total > 0 ? (most - counts[at]) / total : 0;
    return at === best || lead <= 2 * standardError(groups, best, at, whole, sampleRatio);
  });
  return { leader: first.length === 1 ? first[0] : null, first, most };
}

/**
 * Of a strategy's share of the whole, or of the difference of two: by how far the groups of keys differ, each being a sample of its own
 * (random groups, as in Wolter, Introduction to Variance Estimation, chapter 2). 0 where every key is in the sample.
 */
function standardError(
  groups: Float64Array,
  strategy: number,
  other: number | null,
  whole: Float64Array,
  sampleRatio: number,
): number {
  const countOf = (group: number): number =>
    groups[strategy * GROUPS + group] - (other === null ? 0 : groups[other * GROUPS + group]);
  let count = 0;
  let total = 0;
  for (let group = 0; group < GROUPS; group++) {
    count += countOf(group);
    total += whole[group];
  }
  if (total === 0 || sampleRatio >= 1) return 0;
  let spread = 0;
  for (let group = 0; group < GROUPS; group++) spread += (countOf(group) - (count / total) * whole[group]) ** 2;
  return Math.sqrt((1 - sampleRatio) * spread * (GROUPS / (GROUPS - 1))) / total;
}

function sentence({ leader, first }: Ranking, does: string, doMost: string, ratio: number): string {
  if (leader !== null) return `${STRATEGIES[leader].label} ${does}: ${percent(ratio)}.`;
  const names = first.map((name) => STRATEGIES[name].label);
  const who = names.length > 3 ? `${names.length} strategies` : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return `${who} ${doMost}, too close to tell apart: up to ${percent(ratio)}.`;
}
