/** Why keys that were here have left: a bounded memory of key hashes, so that a miss can say its reason. */
import type { MissReason } from './catalogue.ts';
import { HashIndex } from './hash-index.ts';

const REASONS = [
  'cold',
  'expired',
  'invalidated',
  'evicted',
  'removed',
  'refused',
] as const satisfies readonly MissReason[];
type DepartureReason = (typeof REASONS)[number];

/** How many departures are remembered; the oldest is forgotten first. */
const MEMORY = 16_384;

export class Departed {
  readonly #index = new HashIndex();
  readonly #hashes = new Uint32Array(MEMORY);
  readonly #reasons = new Uint8Array(MEMORY);
  #at = 0;
  #filled = 0;

  note(keyHash: number, reason: DepartureReason): void {
    const known = this.#index.get(keyHash);
    if (known >= 0) {
      this.#reasons[known] = REASONS.indexOf(reason);
      return;
    }
    const at = this.#at;
    if (this.#filled === MEMORY) this.#index.delete(this.#hashes[at]);
    else this.#filled++;
    this.#hashes[at] = keyHash;
    this.#reasons[at] = REASONS.indexOf(reason);
    this.#index.set(keyHash, at);
    this.#at = (at + 1) % MEMORY;
  }

  /** The last reason known; `cold` when there is none. */
  reasonOf(keyHash: number): DepartureReason {
    const at = this.#index.get(keyHash);
    return at < 0 ? 'cold' : REASONS[this.#reasons[at]];
  }

  clear(): void {
    while (this.#filled > 0) this.#index.delete(this.#hashes[--this.#filled]);
    this.#at = 0;
  }
}
