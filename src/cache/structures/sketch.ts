/**
 * How often each key was asked for lately, in a few bits a key: a count-min sketch (Cormode and Muthukrishnan, 2005) of four rows with
 * counters up to 15, all halved after every ten requests per entry, so that old fame fades (TinyLFU: Einziger, Friedman and Manes, 2017).
 * It is sized by the number of entries, not by bytes, and grows with them; what it had counted by then is counted again.
 */

const ROWS = 4;
const COUNT_MAX = 15;
const REQUESTS_PER_ENTRY = 10;
/** One odd multiplier a row. */
const MULTIPLIERS = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f] as const;

export class FrequencySketch {
  #counters = new Uint8Array(ROWS * 64);
  #width = 64;
  #shift = 32 - 6;
  #counted = 0;

  /** Makes room for so many entries, if it is too narrow for them. */
  reserve(entries: number): void {
    if (entries <= this.#width) return;
    while (this.#width < entries) {
      this.#width *= 2;
      this.#shift--;
    }
    this.#counters = new Uint8Array(ROWS * this.#width);
    this.#counted = 0;
  }

  /** An estimate, 0 to 15, that is never too low but for what has faded. */
  estimate(keyHash: number): number {
    let least = COUNT_MAX;
    for (let row = 0; row < ROWS; row++) least = Math.min(least, this.#counters[this.#cell(keyHash, row)]);
    return least;
  }

  count(keyHash: number): void {
    let grew = false;
    for (let row = 0; row < ROWS; row++) {
      const cell = this.#cell(keyHash, row);
      if (this.#counters[cell] === COUNT_MAX) continue;
      this.#counters[cell]++;
      grew = true;
    }
    if (grew && ++this.#counted >= REQUESTS_PER_ENTRY * this.#width) this.#fade();
  }

  #fade(): void {
    for (let cell = 0; cell < this.#counters.length; cell++) this.#counters[cell] >>>= 1;
    this.#counted >>>= 1;
  }

  #cell(keyHash: number, row: number): number {
    const mixed = Math.imul(keyHash ^ (keyHash >>> 15), MULTIPLIERS[row]);
    return row * this.#width + (mixed >>> this.#shift);
  }
}
