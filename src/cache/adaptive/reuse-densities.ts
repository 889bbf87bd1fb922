/**
 * What a held entry is worth by its history: hits to come per request that it stays, if it stays for the best number of them. That is the
 * index of Gittins (1979), here learned from the stream itself, for classes of keys by their uses and the gap between the last two, and
 * by how long ago the last use was. Departed keys count too, so nothing is learned from what eviction happened to leave alone.
 * Hit density as a rank of entries is from LHD (Beckmann, Chen and Cidon, NSDI 2018).
 */

/** Ages are told apart to a quarter of a doubling. */
const STEPS_PER_DOUBLING = 4;
const AGES = 28 * STEPS_PER_DOUBLING;

/** Classes by uses: 2, up to 4, up to 8, up to 16, more; and by the gap, in capacities: below 1/2, 2, 8, more. */
const USE_CLASSES = 5;
const GAP_CLASSES = 4;
const CLASSES = 1 + USE_CLASSES * GAP_CLASSES;

/** Counts forget over so many requests per resident entry. */
const WINDOW_PER_ENTRY = 128;
/** A class starts from this many uses of the average kind, and so many whose next use may come at any time. */
const AVERAGE_USES = 1;
const UNKNOWN_USES = 2;

/** The first age of each step. */
const STARTS = Float64Array.from({ length: AGES + 1 }, (_, step) => {
  const doubling = Math.floor(step / STEPS_PER_DOUBLING);
  return Math.ceil(2 ** doubling * (1 + (step % STEPS_PER_DOUBLING) / STEPS_PER_DOUBLING));
});

/** The step of an age of one request or more. */
export function ageStep(age: number): number {
  const doubling = 31 - Math.clz32(age);
  const part = doubling >= 2 ? (age >>> (doubling - 2)) & 3 : (age << (2 - doubling)) & 3;
  const step = doubling * STEPS_PER_DOUBLING + part;
  return step < AGES ? step : AGES - 1;
}

/** 0 for a key used once; else by its uses and by the gap between the last two. */
export function classOf(uses: number, gap: number, entries: number): number {
  if (uses <= 1) return 0;
  const use = uses <= 16 ? 31 - Math.clz32(uses - 1) : USE_CLASSES - 1;
  const span = gap < entries * 2 ? (gap < entries / 2 ? 0 : 1) : gap < entries * 8 ? 2 : 3;
  return 1 + use * GAP_CLASSES + span;
}

export class ReuseDensities {
  readonly #reuses = new Float64Array(CLASSES * AGES);
  readonly #uses = new Float64Array(CLASSES);
  readonly #waiting = new Float64Array(CLASSES * AGES);
  readonly #densities = new Float64Array(CLASSES * AGES);
  // Scratch space of `learn`.
  readonly #all = new Float64Array(AGES);
  readonly #times = new Float64Array(AGES + 1);
  readonly #hits = new Float64Array(AGES + 1);
  readonly #hull = new Int32Array(AGES + 1);

  constructor() {
    // Nothing known: the oldest stay, since letting go of them could not be undone.
    for (let at = 0; at < this.#densities.length; at++) this.#densities[at] = (at % AGES) / AGES;
  }

  used(klass: number): void {
    this.#uses[klass]++;
  }

  reused(klass: number, age: number): void {
    this.#reuses[klass * AGES + ageStep(age)]++;
  }

  densityOf(klass: number, age: number): number {
    return this.#densities[klass * AGES + ageStep(age)];
  }

  /** The last use of a key of this class was so long ago; to be told of all that still wait, before `learn`. */
  waits(klass: number, age: number): void {
    this.#waiting[klass * AGES + ageStep(age)]++;
  }

  /** Ranks anew, after so many `requests`, with all uses of the last `horizon` ones either reused or told to wait. */
  learn(entries: number, requests: number, horizon: number): void {
    const last = ageStep(horizon);
    const window = WINDOW_PER_ENTRY * entries;
    this.#fadeWaiting(last, window);
    let uses = 0;
    this.#all.fill(0);
    for (let klass = 0; klass < CLASSES; klass++) {
      uses += this.#uses[klass];
      for (let step = 0; step <= last; step++) this.#all[step] += this.#reuses[klass * AGES + step];
    }
    for (let klass = 0; klass < CLASSES; klass++) if (this.#uses[klass] > 0) this.#rank(klass, last, uses);
    const keep = Math.exp(-requests / window);
    for (let at = 0; at < this.#reuses.length; at++) this.#reuses[at] *= keep;
    for (let klass = 0; klass < CLASSES; klass++) this.#uses[klass] *= keep;
    this.#waiting.fill(0);
  }

  /** Those that wait have faded as the uses that they are taken from. */
  #fadeWaiting(last: number, window: number): void {
    for (let step = 0; step <= last; step++) {
      const fade = Math.exp(-STARTS[step] / window);
      for (let klass = 0; klass < CLASSES; klass++) this.#waiting[klass * AGES + step] *= fade;
    }
  }

  /**
   * Cumulates time and hits over ages, of those that reach each age; the best slope from an age to any later one is its density.
   * The slopes are tangents to the upper hull of what follows, found from the far end back.
   */
  #rank(klass: number, last: number, allUses: number): void {
    const average = AVERAGE_USES / allUses;
    const unknown = UNKNOWN_USES / (last + 1);
    // Of how many a step's reuses are counted: the uses so old that they have reached it, and were not reused before.
    let reached = this.#uses[klass] + AVERAGE_USES + UNKNOWN_USES;
    let alive = 1;
    const [times, hits, hull] = [this.#times, this.#hits, this.#hull];
    times[0] = hits[0] = 0;
    for (let step = 0; step <= last; step++) {
      const at = klass * AGES + step;
      const reuses = this.#reuses[at] + this.#all[step] * average + unknown;
      const exposed = Math.max(reached - this.#waiting[at] / 2, reuses);
      const chance = reuses / exposed;
      hits[step + 1] = hits[step] + alive * chance;
      times[step + 1] = times[step] + alive * (1 - chance / 2) * (STARTS[step + 1] - STARTS[step]) + 1e-9;
      alive *= 1 - chance;
      reached -= reuses + this.#waiting[at];
    }
    let size = 0;
    hull[size++] = last + 1;
    for (let step = last; step >= 0; step--) {
      const slope = (to: number): number => (hits[to] - hits[step]) / (times[to] - times[step]);
      while (size > 1 && slope(hull[size - 2]) >= slope(hull[size - 1])) size--;
      this.#densities[klass * AGES + step] = slope(hull[size - 1]);
      hull[size++] = step;
    }
    for (let step = last + 1; step < AGES; step++) this.#densities[klass * AGES + step] = 0;
  }
}
