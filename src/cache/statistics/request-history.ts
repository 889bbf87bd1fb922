/**
 * The last requests by key hash, so that a strategy which takes over (it was chosen anew, or the page was reloaded) can hear what led
 * here: frequencies, ghosts and an adaptive strategy's scores come from the stream, and content alone would not bring them back.
 */

/** 12 bytes each: 192 KiB, saved with the cache. */
const MEMORY = 2 ** 14;

/** The requests in order, the oldest first: plain columns, for saving. */
export interface RecordedRequests {
  hashes: Uint32Array;
  /** What the entry was charged, in bytes. */
  weights: Uint32Array;
  costsMs: Float32Array;
}

export class RequestHistory {
  readonly #hashes = new Uint32Array(MEMORY);
  readonly #weights = new Uint32Array(MEMORY);
  readonly #costsMs = new Float32Array(MEMORY);
  #noted = 0;

  /** How many were ever noted. */
  get noted(): number {
    return this.#noted;
  }

  get length(): number {
    return Math.min(this.#noted, MEMORY);
  }

  /** A hit, or a result that came in after a miss: only then is its weight known. */
  note(hash: number, weight: number, costMs: number): void {
    const at = this.#noted++ & (MEMORY - 1);
    this.#hashes[at] = hash;
    this.#weights[at] = weight;
    this.#costsMs[at] = costMs;
  }

  /** The oldest first. */
  forEach(visit: (hash: number, weight: number, costMs: number) => void): void {
    for (let index = this.#noted - this.length; index < this.#noted; index++) {
      const at = index % MEMORY;
      visit(this.#hashes[at], this.#weights[at], this.#costsMs[at]);
    }
  }

  record(): RecordedRequests {
    const { length } = this;
    const recorded = {
      hashes: new Uint32Array(length),
      weights: new Uint32Array(length),
      costsMs: new Float32Array(length),
    };
    let at = 0;
    this.forEach((hash, weight, costMs) => {
      recorded.hashes[at] = hash;
      recorded.weights[at] = weight;
      recorded.costsMs[at++] = costMs;
    });
    return recorded;
  }

  /** Goes on from what was recorded, which may come from a store and be anything: what is not of the right form is left out. */
  resume(recorded: Partial<RecordedRequests> | undefined): void {
    const { hashes, weights, costsMs } = recorded ?? {};
    if (!(hashes instanceof Uint32Array && weights instanceof Uint32Array && costsMs instanceof Float32Array)) return;
    const length = Math.min(hashes.length, weights.length, costsMs.length);
    for (let at = 0; at < length; at++) if (costsMs[at] >= 0) this.note(hashes[at], weights[at], costsMs[at]);
  }
}
