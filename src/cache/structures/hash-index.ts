/**
 * A map from 32-bit key hashes to slots: open addressing with linear probing and backward-shift deletion (Knuth, TAOCP 6.4 R),
 * so that long churn leaves no tombstones behind.
 */

export class HashIndex {
  /** A cell is two numbers side by side: the hash, and the slot + 1; 0 marks a free one. */
  #cells = new Int32Array(2 * 128);
  #mask = 127;
  #count = 0;

  get size(): number {
    return this.#count;
  }

  /** The slot, or -1. */
  get(hash: number): number {
    const cells = this.#cells;
    const key = hash | 0;
    for (let at = home(key, this.#mask); ; at = (at + 1) & this.#mask) {
      const cell = cells[2 * at + 1];
      if (cell === 0) return -1;
      if (cells[2 * at] === key) return cell - 1;
    }
  }

  set(hash: number, slot: number): void {
    if ((this.#count + 1) * 2 > this.#mask) this.#grow();
    const cells = this.#cells;
    const key = hash | 0;
    let at = home(key, this.#mask);
    while (cells[2 * at + 1] !== 0 && cells[2 * at] !== key) at = (at + 1) & this.#mask;
    if (cells[2 * at + 1] === 0) this.#count++;
    cells[2 * at] = key;
    cells[2 * at + 1] = slot + 1;
  }

  delete(hash: number): void {
    const cells = this.#cells;
    const mask = this.#mask;
    const key = hash | 0;
    let hole = home(key, mask);
    for (; cells[2 * hole] !== key || cells[2 * hole + 1] === 0; hole = (hole + 1) & mask) {
      if (cells[2 * hole + 1] === 0) return;
    }
    this.#count--;
    // Whatever follows and would be cut off from its home by the hole moves into it.
    for (let at = (hole + 1) & mask; cells[2 * at + 1] !== 0; at = (at + 1) & mask) {
      const distance = (at - home(cells[2 * at], mask)) & mask;
      if (distance < ((at - hole) & mask)) continue;
      cells[2 * hole] = cells[2 * at];
      cells[2 * hole + 1] = cells[2 * at + 1];
      hole = at;
    }
    cells[2 * hole + 1] = 0;
  }

  #grow(): void {
    const cells = this.#cells;
    this.#mask = this.#mask * 2 + 1;
    this.#cells = new Int32Array(2 * (this.#mask + 1));
    this.#count = 0;
    for (let at = 0; at < cells.length; at += 2) if (cells[at + 1] !== 0) this.set(cells[at], cells[at + 1] - 1);
  }
}

/** Fibonacci hashing: neighbouring numbers land far apart. */
function home(key: number, mask: number): number {
  const mixed = Math.imul(key, 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) & mask;
}
