/**
 * A fingerprint of a whole run: FNV-1a over the bits of every event's time, its kind, worker and job. Two runs with the same hash
 * went through the same events at the same times, to the last bit.
 */
const PRIME = 0x01000193;

export class EventHash {
  readonly #time = new Float64Array(1);
  readonly #words = new Int32Array(this.#time.buffer);
  /** Which word is the low one: the same order of words on every machine. */
  readonly #low = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1;
  #hash = 0x811c9dc5 | 0;

  add(timeMs: number, kind: number, worker: number, job: number): void {
    this.#time[0] = timeMs;
    let hash = Math.imul(this.#hash ^ this.#words[this.#low], PRIME);
    hash = Math.imul(hash ^ this.#words[1 - this.#low], PRIME);
    hash = Math.imul(hash ^ (kind * 0x1000000 + worker), PRIME);
    hash = Math.imul(hash ^ job, PRIME);
    // FNV carries only upwards; folding the high half down lets every bit reach every other.
    this.#hash = hash ^ (hash >>> 15);
  }

  /** Eight hexadecimal digits. */
  get hex(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0');
  }
}
