/**
 * A map from 32-bit key hashes to slots: open addressing with linear probing and backward-shift deletion (Knuth, TAOCP 6.4 R),
 * so that long churn leaves no tombstones behind.
 */

export class HashIndex {
  #hashes = new Uint32Array(128);
  /** Slot + 1; 0 marks a free cell. */
  #cells = new Int32Array(128);
  #mask = 127;
  #count = 0;

  get size(): number {
    return this.#count;
  }

  /** The slot, or -1. */
  get(hash: number): number {
    const key = hash >>> 0;
    for (let at = home(key, this.#mask); ; at = (at + 1) & this.#mask) {
      const cell = this.#cells[at];
      if (cell === 0) return -1;
      if (this.#hashes[at] === key) return cell - 1;
    }
  }

  set(hash: number, slot: number): void {
    if ((this.#count + 1) * 2 > this.#mask) this.#grow();
    const key = hash >>> 0;
    let at = home(key, this.#mask);
    while (this.#cells[at] !== 0 && this.#hashes[at] !== key) at = (at + 1) & this.#mask;
    if (this.#cells[at] === 0) this.#count++;
    this.#hashes[at] = key;
    this.#cells[at] = slot + 1;
  }

  delete(hash: number): void {
    const key = hash >>> 0;
    let hole = home(key, this.#mask);
    for (; this.#hashes[hole] !== key || this.#cells[hole] === 0; hole = (hole + 1) & this.#mask) {
      if (this.#cells[hole] === 0) return;
    }
    this.#count--;
    // Whatever follows and would be cut off from its home by the hole moves into it.
    for (let at = (hole + 1) & this.#mask; this.#cells[at] !== 0; at = (at + 1) & this.#mask) {
      const distance = (at - home(this.#hashes[at], this.#mask)) & this.#mask;
      if (distance < ((at - hole) & this.#mask)) continue;
      this.#hashes[hole] = this.#hashes[at];
      this.#cells[hole] = this.#cells[at];
      hole = at;
    }
    this.#cells[hole] = 0;
  }

  #grow(): void {
    const hashes = this.#hashes;
    const cells = this.#cells;
    this.#mask = this.#mask * 2 + 1;
    this.#hashes = new Uint32Array(this.#mask + 1);
    this.#cells = new Int32Array(this.#mask + 1);
    this.#count = 0;
    for (let at = 0; at < cells.length; at++) if (cells[at] !== 0) this.set(hashes[at], cells[at] - 1);
  }
}

/** Fibonacci hashing: neighbouring numbers land far apart. */
function home(key: number, mask: number): number {
  const mixed = Math.imul(key, 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) & mask;
}
