/**
 * Seeded chance: xoshiro128++ (Blackman and Vigna, 2019) over integers, so that a seed gives the same bits in every engine.
 * Seeds are spread by splitmix32; a fork hashes its label (FNV-1a) into the parent's seed.
 */
import type { Random } from './ports.ts';

/** A source of chance from a seed; equal seeds give equal streams. */
export function createRandom(seed: number | string): Random {
  return new Xoshiro128(typeof seed === 'string' ? hashText(seed, 0x811c9dc5) : seed >>> 0);
}

/** FNV-1a over UTF-16 code units, 32 bits. */
export function hashText(text: string, basis: number): number {
  let hash = basis >>> 0;
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

class Xoshiro128 implements Random {
  readonly #seed: number;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
    let state = this.#seed;
    const spread = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let mixed = state ^ (state >>> 16);
      mixed = Math.imul(mixed, 0x21f0aaad);
      mixed ^= mixed >>> 15;
      mixed = Math.imul(mixed, 0x735a2d97);
      return (mixed ^ (mixed >>> 15)) >>> 0;
    };
    this.#a = spread();
    this.#b = spread();
    this.#c = spread();
    this.#d = spread() | 1; // the all-zero state would be a fixed point
  }

  #bits(): number {
    const sum = (this.#a + this.#d) | 0;
    const result = (((sum << 7) | (sum >>> 25)) + this.#a) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  next(): number {
    // 53 bits: 21 high ones and 32 low ones, as in a double's mantissa.
    const high = this.#bits() >>> 11;
    return (high * 4294967296 + this.#bits()) / 9007199254740992;
  }

  below(bound: number): number {
    // Lemire's multiply-shift would need 64-bit products; a float product is exact enough below 2^32 out of 2^53.
    return Math.floor(this.next() * bound);
  }

  fork(label: string): Random {
    return new Xoshiro128(hashText(label, this.#seed ^ 0x811c9dc5));
  }
}
