/**
 * A quantile sketch with a fixed relative error of 1 %, exactly mergeable: DDSketch (Masson, Rim and Lee, VLDB 2019).
 * Instead of a logarithm, a bucket is the leading bits of the double itself: its binary exponent and the first 6 bits
 * of its mantissa, as in an HDR histogram. 64 equal buckets per power of two are at most 1/64 of their value wide,
 * so a bucket's harmonic middle is within 0.8 % of everything in it.
 */

const MANTISSA_BITS = 6;
const KEY_SHIFT = 20 - MANTISSA_BITS; // of the double's high 32-bit word: sign, 11 bits of exponent, 20 of mantissa
const BUCKETS_PER_OCTAVE = 1 << MANTISSA_BITS;

/** Values below are counted as this: nothing here is measured finer than a billionth of its unit. */
const SMALLEST_EXPONENT = -30;
/** Values of 2^34 and above share the last bucket: as milliseconds, half a year. */
const LARGEST_EXPONENT = 34;

const FIRST_KEY = (SMALLEST_EXPONENT + 1023) << MANTISSA_BITS;
const LAST_KEY = ((LARGEST_EXPONENT + 1023) << MANTISSA_BITS) - 1;

// One double, seen as two 32-bit words: the only way to a float's bits without a logarithm.
const scratch = new Float64Array(1);
const words = new Int32Array(scratch.buffer);
const HIGH_WORD = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

/** The quantile relative error that `Histogram` keeps between 2^-30 and 2^34. */
export const RELATIVE_ERROR = 0.01;

export class Histogram {
  /** Counts of the keys from `#firstKey` on; grows to the range of what was recorded, at most 4,096 buckets. */
  #counts = new Float64Array(0);
  #firstKey = 0;
  #zeros = 0;
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

  /** Values at or below zero count as zero; NaN is ignored. */
  record(value: number): void {
    if (value !== value) return;
    this.#count++;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    this.#sum += value;
    if (value <= 0) {
      this.#zeros++;
      return;
    }
    scratch[0] = value;
    let key = words[HIGH_WORD] >> KEY_SHIFT;
    if (key < FIRST_KEY) key = FIRST_KEY;
    else if (key > LAST_KEY) key = LAST_KEY;
    let index = key - this.#firstKey;
    if (index < 0 || index >= this.#counts.length) {
      this.#cover(key, key);
      index = key - this.#firstKey;
    }
    this.#counts[index]++;
  }

  /** The value below which a share `q` (0..1) of the recorded ones lies, within 1 %; null when nothing was recorded. */
  quantile(q: number): number | null {
    if (this.#count === 0) return null;
    if (q <= 0) return this.#min;
    if (q >= 1) return this.#max;
    const rank = q * (this.#count - 1);
    let seen = this.#zeros;
    if (seen > rank) return Math.min(0, this.#max);
    const counts = this.#counts;
    for (let index = 0; index < counts.length; index++) {
      seen += counts[index];
      if (seen > rank) return Math.min(this.#max, Math.max(this.#min, middleOf(this.#firstKey + index)));
    }
    return this.#max;
  }

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  /** NaN when nothing was recorded, as are `min` and `max`. */
  get mean(): number {
    return this.#sum / this.#count;
  }

  get min(): number {
    return this.#count === 0 ? NaN : this.#min;
  }

  get max(): number {
    return this.#count === 0 ? NaN : this.#max;
  }

  /** Adds what `other` recorded; every quantile is then the one that a single histogram of both would give. */
  merge(other: Histogram): void {
    if (other.#count === 0) return;
    if (other.#counts.length > 0) {
      this.#cover(other.#firstKey, other.#firstKey + other.#counts.length - 1);
      const shift = other.#firstKey - this.#firstKey;
      for (let index = 0; index < other.#counts.length; index++) {
        this.#counts[index + shift] = this.#counts[index + shift] + other.#counts[index];
      }
    }
    this.#zeros += other.#zeros;
    this.#count += other.#count;
    this.#sum += other.#sum;
    if (other.#min < this.#min) this.#min = other.#min;
    if (other.#max > this.#max) this.#max = other.#max;
  }

  /** Forgets the values and keeps the buckets, so that a histogram used again allocates nothing. */
  clear(): void {
    this.#counts.fill(0);
    this.#zeros = 0;
    this.#count = 0;
    this.#sum = 0;
    this.#min = Infinity;
    this.#max = -Infinity;
  }

  /** Calls back with each bucket that holds something, ascending: its bounds and its count. For heat maps. */
  forEachBucket(visit: (low: number, high: number, count: number) => void): void {
    if (this.#zeros > 0) visit(0, 0, this.#zeros);
    for (let index = 0; index < this.#counts.length; index++) {
      const count = this.#counts[index];
      if (count > 0) visit(lowOf(this.#firstKey + index), lowOf(this.#firstKey + index + 1), count);
    }
  }

  /** Widens the buckets to hold the keys from `low` to `high`, by whole octaves so that growing is rare. */
  #cover(low: number, high: number): void {
    const held = this.#counts.length;
    const from = floorOctave(held === 0 ? low : Math.min(low, this.#firstKey));
    const to = floorOctave(held === 0 ? high : Math.max(high, this.#firstKey + held - 1)) + BUCKETS_PER_OCTAVE;
    if (from === this.#firstKey && to === from + held) return;
    const counts = new Float64Array(to - from);
    if (held > 0) counts.set(this.#counts, this.#firstKey - from);
    this.#counts = counts;
    this.#firstKey = from;
  }
}

function floorOctave(key: number): number {
  return key - (key % BUCKETS_PER_OCTAVE);
}

/** The smallest value of a bucket. */
function lowOf(key: number): number {
  words[1 - HIGH_WORD] = 0;
  words[HIGH_WORD] = key << KEY_SHIFT;
  return scratch[0];
}

/** The value whose relative distance to both bounds is the same: their harmonic mean. */
function middleOf(key: number): number {
  const low = lowOf(key);
  const high = lowOf(key + 1);
  return (2 * low * high) / (low + high);
}
