/**
 * Reversible rearrangements of a column's numbers that a general compressor cannot find by itself. Neighbouring numbers of a column
 * differ little: with bytes of equal weight side by side (as the shuffle filter of Blosc does, Alted 2010), and differences in place of
 * values, deflate sees long runs where it saw noise. Exact for every bit pattern: differences are of the bits, not of the numbers.
 */

/** What was done to a run of numbers; the numbers are stored, so they keep their meaning for ever. */
export const PLAIN = 0;
export const SHUFFLED = 1;
export const DIFFERENCES_SHUFFLED = 2;
export type ColumnCode = typeof PLAIN | typeof SHUFFLED | typeof DIFFERENCES_SHUFFLED;

/** Worth a try on numbers of `width` bytes (1, 4 or 8). */
export function codesFor(width: number): ColumnCode[] {
  return width === 1 ? [PLAIN] : [PLAIN, SHUFFLED, DIFFERENCES_SHUFFLED];
}

/** A copy of `bytes` (whole numbers of `width` bytes) under a code. */
export function encodeColumn(bytes: Uint8Array, width: number, code: ColumnCode): Uint8Array {
  if (code === PLAIN) return bytes.slice();
  return shuffle(code === SHUFFLED ? bytes : differences(bytes, width), width);
}

/** What `encodeColumn` was given, as a copy. */
export function decodeColumn(bytes: Uint8Array, width: number, code: ColumnCode): Uint8Array {
  if (code === PLAIN) return bytes.slice();
  const plain = unshuffle(bytes, width);
  if (code === DIFFERENCES_SHUFFLED) accumulate(plain, width);
  return plain;
}

/** All first bytes, then all second ones, and so on. */
function shuffle(bytes: Uint8Array, width: number): Uint8Array {
  const count = bytes.length / width;
  const out = new Uint8Array(bytes.length);
  for (let byte = 0; byte < width; byte++) {
    const start = byte * count;
    for (let at = 0; at < count; at++) out[start + at] = bytes[at * width + byte];
  }
  return out;
}

function unshuffle(bytes: Uint8Array, width: number): Uint8Array {
  const count = bytes.length / width;
  const out = new Uint8Array(bytes.length);
  for (let byte = 0; byte < width; byte++) {
    const start = byte * count;
    for (let at = 0; at < count; at++) out[at * width + byte] = bytes[start + at];
  }
  return out;
}

/** Each number less the one before it, modulo 2^32 or 2^64. A copy. */
function differences(bytes: Uint8Array, width: number): Uint8Array {
  const copy = bytes.slice();
  const words = new Uint32Array(copy.buffer);
  if (width === 4) {
    for (let at = words.length - 1; at > 0; at--) words[at] -= words[at - 1];
    return copy;
  }
  for (let at = words.length - 2; at > 0; at -= 2) {
    const borrow = words[at] < words[at - 2] ? 1 : 0;
    words[at] -= words[at - 2];
    words[at + 1] -= words[at - 1] + borrow;
  }
  return copy;
}

/** Undoes `differences`, in place; `bytes` is a buffer's whole. */
function accumulate(bytes: Uint8Array, width: number): void {
  const words = new Uint32Array(bytes.buffer);
  if (width === 4) {
    for (let at = 1; at < words.length; at++) words[at] += words[at - 1];
    return;
  }
  for (let at = 2; at < words.length; at += 2) {
    words[at] += words[at - 2];
    const carry = words[at] < words[at - 2] ? 1 : 0;
    words[at + 1] += words[at - 1] + carry;
  }
}
