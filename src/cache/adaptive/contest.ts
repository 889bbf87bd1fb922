/**
 * Who of several experts leads: decayed sums of the time that each saved on the same requests. A challenger takes over only with a lead
 * that chance does not explain, judged by the requests on which the two differed (a sign test, weighted by time), and never at once after
 * another change. Sums do not fade; what a new request counts grows instead, until all are scaled back.
 */

/** Scores forget over so many requests per entry held. */
const WINDOW_PER_ENTRY = 32;
const WINDOW_MIN = 2048;
/** A challenger must lead by this many standard deviations of what only one of the two saved. */
const LEAD_DEVIATIONS = 2;
/** And a leader stays for so many requests per entry held. */
const DWELL_PER_ENTRY = 2;
const UNIT_MAX = 1e100;

export class Contest {
  readonly #count: number;
  readonly #all: number;
  readonly #scores: Float64Array;
  readonly #hits: Float64Array;
  /** Of each pair, the squares of what only one of them saved. */
  readonly #differences: Float64Array;
  #requests = 0;
  #unit = 1;
  /** In requests; at the start, anybody may take the lead. */
  #sinceChange = Infinity;
  #leader = 0;
  #changes = 0;

  /** Experts are numbers from 0; the first one leads at first. */
  constructor(experts: number) {
    this.#count = experts;
    this.#all = (1 << experts) - 1;
    this.#scores = new Float64Array(experts);
    this.#hits = new Float64Array(experts);
    this.#differences = new Float64Array(experts * experts);
  }

  get leader(): number {
    return this.#leader;
  }

  get changes(): number {
    return this.#changes;
  }

  /** Gives the lead away unasked, as long as nobody has earned it; true when that changes it. */
  start(leader: number): boolean {
    if (this.#changes > 0 || this.#leader === leader) return false;
    this.#leader = leader;
    return true;
  }

  /** One request that costs `costMs` unless it hits: the bits of those who hit, with `entries` held by each. True when the leader changes. */
  score(hitters: number, costMs: number, entries: number): boolean {
    this.#unit *= 1 + 1 / Math.max(WINDOW_PER_ENTRY * entries, WINDOW_MIN);
    if (this.#unit > UNIT_MAX) this.#renormalise();
    this.#requests += this.#unit;
    this.#sinceChange++;
    if (hitters === 0) return false;
    const gain = this.#unit * costMs;
    for (let index = 0; index < this.#count; index++) {
      if (((hitters >> index) & 1) === 0) continue;
      this.#scores[index] += gain;
      this.#hits[index] += this.#unit;
      if (hitters !== this.#all) this.#differ(index, hitters, gain * costMs);
    }
    return hitters !== this.#all && this.#sinceChange >= DWELL_PER_ENTRY * entries && this.#judge();
  }

  /** Hits per request of each, lately; 0 before the first request. */
  hitRatios(): number[] {
    return Array.from(this.#hits, (hits) => (this.#requests === 0 ? 0 : hits / this.#requests));
  }

  #differ(index: number, hitters: number, square: number): void {
    for (let other = 0; other < this.#count; other++) {
      if ((hitters >> other) & 1) continue;
      this.#differences[index * this.#count + other] += square;
      this.#differences[other * this.#count + index] += square;
    }
  }

  #judge(): boolean {
    let best = this.#leader;
    const led = this.#scores[this.#leader];
    for (let index = 0; index < this.#count; index++) {
      if (this.#scores[index] <= this.#scores[best]) continue;
      const chance = Math.sqrt(this.#differences[index * this.#count + this.#leader] * this.#unit);
      if (this.#scores[index] - led > LEAD_DEVIATIONS * chance) best = index;
    }
    if (best === this.#leader) return false;
    this.#leader = best;
    this.#changes++;
    this.#sinceChange = 0;
    return true;
  }

  #renormalise(): void {
    for (const sums of [this.#scores, this.#hits, this.#differences]) {
      for (let at = 0; at < sums.length; at++) sums[at] /= this.#unit;
    }
    this.#requests /= this.#unit;
    this.#unit = 1;
  }
}
