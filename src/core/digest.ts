/**
 * 128 bits that stand for a text: two texts of one digest are taken for the same text. Four lanes of 32 bits, each with its own
 * multiplier, mixed with one another at every step. Chance does not make two equal; it is no defence against malice.
 */

const PRIMES = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f] as const;

/** 32 hexadecimal digits. */
export function digestOf(text: string): string {
  let [a, b, c, d] = [PRIMES[3], PRIMES[2], PRIMES[1], PRIMES[0]].map((prime) => prime | 0);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at) + 1;
    a = Math.imul(turned(a ^ unit, 15) + d, PRIMES[0]);
    b = Math.imul(turned(b ^ a, 13) + unit, PRIMES[1]);
    c = Math.imul(turned(c ^ b, 17) + a, PRIMES[2]);
    d = Math.imul(turned(d ^ c, 11) + b, PRIMES[3]);
  }
  for (let round = 0; round < 4; round++) {
    a = spread(a ^ d ^ text.length) + b;
    b = spread(b ^ a) + c;
    c = spread(c ^ b) + d;
    d = spread(d ^ c) + a;
  }
  return [a, b, c, d].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
}

function turned(lane: number, by: number): number {
  return (lane << by) | (lane >>> (32 - by));
}

/** Every bit of the result hangs on every bit given. */
function spread(lane: number): number {
  let mixed = lane ^ (lane >>> 16);
  mixed = Math.imul(mixed, 0x7feb352d);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) | 0;
}
