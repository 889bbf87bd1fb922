/**
 * The hit ratio that LRU would have at any size, from one pass over the stream: a request hits in every cache that is at least as large
 * as its stack distance, the bytes of all keys asked for since the last request for its own key, and its own (Mattson et al., 1970). On a
 * sample of the keys, distances are scaled up by the sample's share, and the count of requests that chance has put too many or too few
 * into the sample is set right (SHARDS-adj: Waldspurger et al., FAST 2015). Distances of equal keys are exact as long as sizes do not change.
 */

/** Distances are counted in steps of an eighth of an octave: neighbouring edges are 9 % apart. */
const STEPS_PER_OCTAVE = 8;
const OCTAVES = 44;
const STEPS = STEPS_PER_OCTAVE * OCTAVES;
/** Keys in so many groups of equal chance: how far the groups differ tells what another sample might have told. */
export const GROUPS = 16;
/** Half as many octaves as the slope of the curve is taken over. */
const SLOPE_OCTAVES = 0.25;

export interface CurvePoint {
  /** Shares of all requests, and of all bytes, that would hit. */
  hitRatio: number;
  byteHitRatio: number;
  /** Two standard errors of `hitRatio`, for what the sample leaves to chance; 0 where every key is in it. */
  error: number;
}

export class MissCurve {
  /** Keys by slot number below this. */
  readonly #slotsMax: number;
  /** By slot: its place on the stack, 1 the oldest; 0 when it is not on it. */
  readonly #places: Int32Array;
  readonly #weights: Float64Array;
  /** By place: the slot, or -1; and a Fenwick tree over the weights (Fenwick, 1994). */
  readonly #slotAt: Int32Array;
  readonly #sums: Float64Array;
  #top = 0;
  #total = 0;
  /** Requests, and bytes of their results, by step of distance; the misses of every size apart. */
  readonly #requests = new Float64Array(STEPS);
  readonly #bytes = new Float64Array(STEPS);
  #coldRequests = 0;
  #coldBytes = 0;
  /** By group, then by step; the misses of every size apart. */
  readonly #byGroup = new Float64Array(GROUPS * STEPS);
  readonly #coldByGroup = new Float64Array(GROUPS);

  constructor(slotsMax: number) {
    this.#slotsMax = slotsMax;
    this.#places = new Int32Array(slotsMax);
    this.#weights = new Float64Array(slotsMax);
    this.#slotAt = new Int32Array(2 * slotsMax + 1).fill(-1);
    this.#sums = new Float64Array(2 * slotsMax + 1);
  }

  /**
   * One request for the key in `slot`. `weight` is what it takes of a cache's room, `bytes` what its result weighs to who asks; a cache
   * smaller than `leastBytes` would not take it in, and one of `mostBytes` or more would have held it for so long that its time is over.
   * `ratio` is the sample's share of all keys; `group`, below `GROUPS`, is always the same for a key.
   */
  access(
    slot: number,
    weight: number,
    bytes: number,
    leastBytes: number,
    ratio: number,
    mostBytes = Infinity,
    group = slot % GROUPS,
  ): void {
    const place = this.#places[slot];
    if (place === 0) {
      this.#coldRequests++;
      this.#coldByGroup[group]++;
      this.#coldBytes += bytes;
    } else {
      const above = this.#total - this.#sumTo(place);
      const distance = Math.max(above / ratio + this.#weights[slot], leastBytes);
      this.#count(stepOf(distance), group, 1, bytes);
      if (mostBytes < Infinity) {
        this.#count(stepOf(Math.max(distance, mostBytes)), group, -1, -bytes);
        this.#coldRequests++;
        this.#coldByGroup[group]++;
        this.#coldBytes += bytes;
      }
      this.remove(slot);
    }
    if (this.#top === 2 * this.#slotsMax) this.#compact();
    this.#put(slot, ++this.#top, weight);
  }

  /** The key has left for every size: what it held was written, or its time was over. */
  remove(slot: number): void {
    const place = this.#places[slot];
    if (place === 0) return;
    this.#add(place, -this.#weights[slot]);
    this.#total -= this.#weights[slot];
    this.#slotAt[place] = -1;
    this.#places[slot] = 0;
  }

  /** The entry was compressed, or decoded. */
  reweigh(slot: number, weight: number): void {
    const place = this.#places[slot];
    if (place === 0) return;
    this.#add(place, weight - this.#weights[slot]);
    this.#total += weight - this.#weights[slot];
    this.#weights[slot] = weight;
  }

  /** The sample was halved: what was counted so far stands for half as many requests of it. */
  halve(): void {
    for (let step = 0; step < STEPS; step++) {
      this.#requests[step] /= 2;
      this.#bytes[step] /= 2;
    }
    for (let at = 0; at < this.#byGroup.length; at++) this.#byGroup[at] /= 2;
    for (let group = 0; group < GROUPS; group++) this.#coldByGroup[group] /= 2;
    this.#coldRequests /= 2;
    this.#coldBytes /= 2;
  }

  /** Forgets what was counted, not what is on the stack. */
  resetCounts(): void {
    this.#requests.fill(0);
    this.#bytes.fill(0);
    this.#byGroup.fill(0);
    this.#coldByGroup.fill(0);
    this.#coldRequests = 0;
    this.#coldBytes = 0;
  }

  /**
   * What would hit at `capacityBytes`; null before the first request. `expected` is how many requests the sample should have seen: all
   * requests times its share `ratio`. Exact at sizes of 2^(n/8) bytes, interpolated in between.
   */
  at(capacityBytes: number, expected: number, ratio = 1): CurvePoint | null {
    const seen = sumOf(this.#requests) + this.#coldRequests;
    if (seen === 0) return null;
    const surplus = expected - seen;
    const bytes = sumOf(this.#bytes) + this.#coldBytes;
    return {
      hitRatio: Math.min(1, Math.max(0, upTo(this.#requests, capacityBytes) + surplus) / expected),
      byteHitRatio: bytes === 0 ? 0 : upTo(this.#bytes, capacityBytes) / bytes,
      error: this.#error(capacityBytes, expected, ratio),
    };
  }

  #count(step: number, group: number, requests: number, bytes: number): void {
    this.#requests[step] += requests;
    this.#byGroup[group * STEPS + step] += requests;
    this.#bytes[step] += bytes;
  }

  /** Two standard errors of the hit ratio: by which keys came into the sample, and by how far distances in it are off for that. */
  #error(capacityBytes: number, expected: number, ratio: number): number {
    if (ratio >= 1) return 0;
    const missesOf = (group: number): number => {
      const counts = this.#byGroup.subarray(group * STEPS, (group + 1) * STEPS);
      return this.#coldByGroup[group] + sumOf(counts) - upTo(counts, capacityBytes);
    };
    const misses = Array.from({ length: GROUPS }, (_, group) => missesOf(group));
    const mean = sumOf(misses) / GROUPS;
    const spread = misses.reduce((sum, count) => sum + (count - mean) ** 2, 0) * (GROUPS / (GROUPS - 1));
    const keys = this.#places.reduce((count, place) => count + (place > 0 ? 1 : 0), 0);
    const within = Math.max(1, Math.min(keys, (keys * ratio * capacityBytes) / Math.max(1, this.#total)));
    const factor = 2 ** SLOPE_OCTAVES;
    const rise = upTo(this.#requests, capacityBytes * factor) - upTo(this.#requests, capacityBytes / factor);
    const slope = rise / (2 * SLOPE_OCTAVES * Math.LN2);
    return Math.min(1, (2 * Math.sqrt((1 - ratio) * (spread + slope ** 2 / within))) / expected);
  }

  #put(slot: number, place: number, weight: number): void {
    this.#places[slot] = place;
    this.#weights[slot] = weight;
    this.#slotAt[place] = slot;
    this.#add(place, weight);
    this.#total += weight;
  }

  #add(place: number, weight: number): void {
    for (let at = place; at < this.#sums.length; at += at & -at) this.#sums[at] += weight;
  }

  #sumTo(place: number): number {
    let sum = 0;
    for (let at = place; at > 0; at -= at & -at) sum += this.#sums[at];
    return sum;
  }

  /** Closes the gaps, which is due once every so many requests as there are slots. */
  #compact(): void {
    const slots = this.#slotAt.filter((slot) => slot >= 0);
    this.#slotAt.fill(-1);
    this.#sums.fill(0);
    this.#total = 0;
    this.#top = 0;
    for (const slot of slots) this.#put(slot, ++this.#top, this.#weights[slot]);
  }
}

function sumOf(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < counts.length; at++) sum += counts[at];
  return sum;
}

/** The first step whose edge, 2^(step / 8), is not below the distance. */
function stepOf(distance: number): number {
  const step = Math.ceil(STEPS_PER_OCTAVE * Math.log2(Math.max(1, distance)) - 1e-9);
  return Math.min(STEPS - 1, step);
}

function upTo(counts: Float64Array, capacityBytes: number): number {
  if (!(capacityBytes >= 1)) return 0;
  const position = STEPS_PER_OCTAVE * Math.log2(capacityBytes) + 1e-9;
  const whole = Math.min(STEPS - 1, Math.floor(position));
  let sum = 0;
  for (let step = 0; step <= whole; step++) sum += counts[step];
  if (whole < STEPS - 1)
    sum +=
      counts[whole + 1] *
      Math.max(0, Math.min(1, (capacityBytes - 2 ** (whole / 8)) / (2 ** ((whole + 1) / 8) - 2 ** (whole / 8))));
  return sum;
}
