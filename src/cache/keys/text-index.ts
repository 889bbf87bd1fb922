/**
 * Numbers of texts, found by the few characters that tell the known texts apart: keys of a cache are long, arrive as strings that nobody
 * has hashed yet, and differ in a digest or a parameter. Which characters, is learned: where a new text is taken for another, the place
 * at which the two differ is looked at from then on (entropy-learned hashing: Hentschel, Sirin and Idreos, SIGMOD 2022). Whatever is
 * found that way is compared as a whole, so that the choice decides about speed alone.
 */
import { hashKey } from './key-hash.ts';

/** More places than this cost more than they tell; */
const PLACES_MAX = 16;
/** and then so many texts that look alike are compared one after the other, before all are hashed as a whole. */
const ALIKE_MAX = 4;

const UNKNOWN = -1;

export class TextIndex {
  readonly #texts: (string | undefined)[] = [];
  /** Open addressing with linear probing; a cell is two numbers, the text's mark and its number + 1 (0: free). */
  #cells = new Int32Array(2 * 128);
  #mask = 127;
  #count = 0;
  /** Which characters are looked at: from the front, or from the end (negative). */
  readonly #places = new Int32Array(PLACES_MAX);
  #placeCount = 0;
  #hashesWhole = false;

  get size(): number {
    return this.#count;
  }

  /** The text's number, or -1. */
  find(text: string): number {
    const cells = this.#cells;
    const mark = this.#markOf(text);
    for (let at = mark & this.#mask; ; at = (at + 1) & this.#mask) {
      const id = cells[2 * at + 1] - 1;
      if (id < 0) return UNKNOWN;
      if (cells[2 * at] === mark && this.#texts[id] === text) return id;
    }
  }

  /** Gives a number that is free to a text that is not known. */
  add(text: string, id: number): void {
    this.#texts[id] = text;
    this.#count++;
    if (4 * this.#count > 3 * this.#mask) this.#lay(2 * this.#mask + 1);
    else if (!this.#put(this.#markOf(text), id)) this.#lay(this.#mask);
  }

  textOf(id: number): string {
    return this.#texts[id] ?? '';
  }

  remove(id: number): void {
    const cells = this.#cells;
    const mask = this.#mask;
    let hole = this.#markOf(this.textOf(id)) & mask;
    while (cells[2 * hole + 1] !== id + 1) hole = (hole + 1) & mask;
    this.#texts[id] = undefined;
    this.#count--;
    // Whatever follows and would be cut off from its home by the hole moves into it.
    for (let at = (hole + 1) & mask; cells[2 * at + 1] !== 0; at = (at + 1) & mask) {
      const distance = (at - cells[2 * at]) & mask;
      if (distance < ((at - hole) & mask)) continue;
      cells[2 * hole] = cells[2 * at];
      cells[2 * hole + 1] = cells[2 * at + 1];
      hole = at;
    }
    cells[2 * hole + 1] = 0;
  }

  #markOf(text: string): number {
    if (this.#hashesWhole) return hashKey(text) | 0;
    const { length } = text;
    const places = this.#places;
    const count = this.#placeCount;
    let mark = length;
    for (let nth = 0; nth < count; nth++) {
      const place = places[nth];
      const at = place < 0 ? length + place : place;
      mark = Math.imul(mark, 0x9e3779b1);
      if (at >= 0 && at < length) mark ^= text.charCodeAt(at);
    }
    // A product carries low bits up only; what is high must come down again.
    mark = Math.imul(mark, 0x9e3779b1);
    return mark ^ (mark >>> 15);
  }

  /** False when all have to be laid out anew, because something was learned. */
  #put(mark: number, id: number): boolean {
    const cells = this.#cells;
    let alike = 0;
    let at = mark & this.#mask;
    for (; cells[2 * at + 1] !== 0; at = (at + 1) & this.#mask) {
      if (cells[2 * at] !== mark || this.#hashesWhole) continue;
      if (this.#placeCount < PLACES_MAX) return this.#learn(this.textOf(id), this.textOf(cells[2 * at + 1] - 1));
      if (++alike < ALIKE_MAX) continue;
      this.#hashesWhole = true;
      return false;
    }
    cells[2 * at] = mark;
    cells[2 * at + 1] = id + 1;
    return true;
  }

  /** Two texts of one length look alike: from now on where they differ first, or last, is looked at, whichever is nearer to an end. */
  #learn(one: string, other: string): false {
    let first = 0;
    while (one.charCodeAt(first) === other.charCodeAt(first)) first++;
    let last = 1;
    while (one.charCodeAt(one.length - last) === other.charCodeAt(other.length - last)) last++;
    this.#places[this.#placeCount++] = first < last ? first : -last;
    return false;
  }

  #lay(mask: number): void {
    this.#mask = mask;
    this.#cells = new Int32Array(2 * (mask + 1));
    for (let id = 0; id < this.#texts.length; id++) {
      const text = this.#texts[id];
      // What is learned on the way begins from the front.
      if (text !== undefined && !this.#put(this.#markOf(text), id)) return this.#lay(mask);
    }
  }
}
