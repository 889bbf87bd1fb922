/**
 * Logarithm, exponential, power and sine in +, -, *, / and bit operations only. Engines may differ in the last bit of `Math.log` and its kin;
 * these give the same bits everywhere, so that a seed replays exactly. Accurate to about 1 unit in the last place.
 * Method: reduce the argument to a small interval, sum a Taylor series there, and carry a second double where one is not enough.
 */

const scratch = new Float64Array(1);
const words = new Uint32Array(scratch.buffer);
/** Which of the two words holds sign and exponent: 1 on little-endian machines. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

/** ln 2 in two parts: the first has 32 significant bits, so a small integer times it is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const INVERSE_LN2 = 1.4426950408889634;
const TWO_54 = 18014398509481984;
const SQRT_2 = 1.4142135623730951;

/** Natural logarithm; -Infinity at 0, NaN below. */
export function log(x: number): number {
  if (!(x > 0) || x === Infinity) return x === 0 ? -Infinity : x === Infinity ? Infinity : NaN;
  const exponent = split(x);
  const fraction = splitFraction - 1;
  // ln m = 2 atanh(s) with s = f / (2 + f). Written as f - s (f - r), the leading f is exact.
  const s = fraction / (2 + fraction);
  const rest = 2 * s * atanhTail(s * s);
  const logFraction = fraction - s * fraction + rest; // 2s = f - s f
  if (exponent === 0) return fraction - (s * fraction - rest);
  return exponent * LN2_HIGH + (logFraction + exponent * LN2_LOW);
}

/** e to the power x; Infinity above 709.78, 0 below -745.13. */
export function exp(x: number): number {
  if (x !== x) return NaN;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019412) return 0;
  const k = nearest(x * INVERSE_LN2);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const reduced = high - low;
  const lost = high - reduced - low; // what the subtraction rounded away
  const tail = expTail(reduced);
  return scale(1 + (reduced + (tail + lost * (1 + reduced))), k);
}

/** x to the power y for x >= 0, by a logarithm in two doubles, so that large powers keep their digits. NaN for x below 0. */
export function pow(x: number, y: number): number {
  if (y === 0 || x === 1) return 1;
  if (x !== x || y !== y || x < 0) return NaN;
  if (x === 0) return y > 0 ? 0 : Infinity;
  if (x === Infinity) return y > 0 ? Infinity : 0;
  if (y === Infinity || y === -Infinity) return x > 1 === y > 0 ? Infinity : 0;
  const exponent = split(x);
  const fraction = splitFraction - 1;
  // s in two parts: the division's remainder gives the second.
  const divisor = 2 + fraction;
  const divisorLost = fraction - (divisor - 2);
  const s = fraction / divisor;
  const sLow = (fraction - productHigh(s, divisor) - productLost - s * divisorLost) / divisor;
  const s2High = productHigh(s, s);
  // s * s in two parts serves the cubic term, the largest of the tail.
  const tail = 2 * s * atanhTail(s2High) + 2 * s * (productLost / 3);
  // exponent * LN2_HIGH is exact; then add in falling order of size, keeping what each sum loses.
  const base = exponent * LN2_HIGH;
  const first = 2 * s;
  const sum = base + first;
  const sumLost = exponent === 0 ? 0 : first - (sum - base);
  const lowParts = sumLost + 2 * sLow + exponent * LN2_LOW;
  const logHigh = sum + (tail + lowParts);
  const logLow = sum - logHigh + tail + lowParts;
  const product = productHigh(y, logHigh);
  if (product > 710 || product < -746) return product > 0 ? Infinity : 0;
  const productLow = productLost + y * logLow;
  const result = exp(product);
  return result === Infinity || result === 0 ? result : result + result * productLow;
}

/** sin(2 pi turns): a full turn is 1, so whole, half and quarter turns are exact. */
export function sineOfTurns(turns: number): number {
  let t = turns - Math.floor(turns); // [0, 1)
  let sign = 1;
  if (t >= 0.5) {
    t -= 0.5;
    sign = -1;
  }
  if (t > 0.25) t = 0.5 - t; // [0, 1/4]
  // Above an eighth the cosine of the rest is nearer to its series' start, and a quarter turn gives exactly 1.
  const fromQuarter = t > 0.125;
  const x = (fromQuarter ? 0.25 - t : t) * 6.283185307179586;
  const square = x * x;
  // Nested Taylor series; at pi/4 the terms left out are below 1e-19.
  let sum = 1;
  for (let n = 16; n >= 2; n -= 2) sum = 1 - (square / (fromQuarter ? n * (n - 1) : n * (n + 1))) * sum;
  return sign * (fromQuarter ? sum : x * sum);
}

// ---- helpers; those that yield two numbers leave the second in a variable, because an object each time would cost more than the sum ----

let splitFraction = 0;

/** x = m 2^k with m in [sqrt(1/2), sqrt(2)): returns k and leaves m in `splitFraction`. */
function split(x: number): number {
  let exponent = 0;
  if (x < 2.2250738585072014e-308) {
    x *= TWO_54;
    exponent = -54;
  }
  scratch[0] = x;
  exponent += (words[HIGH] >>> 20) - 1023;
  words[HIGH] = (words[HIGH] & 0x000fffff) | 0x3ff00000;
  splitFraction = scratch[0];
  if (splitFraction >= SQRT_2) {
    splitFraction /= 2;
    exponent++;
  }
  return exponent;
}

/** z/3 + z^2/5 + z^3/7 + ...: what atanh(s)/s has beyond 1, for z = s * s <= 0.0295; the first term left out is below 1e-18. */
function atanhTail(z: number): number {
  return (
    z *
    (1 / 3 +
      z *
        (1 / 5 +
          z *
            (1 / 7 +
              z *
                (1 / 9 +
                  z *
                    (1 / 11 +
                      z * (1 / 13 + z * (1 / 15 + z * (1 / 17 + z * (1 / 19 + z * (1 / 21 + z * (1 / 23)))))))))))
  );
}

/** e^r - 1 - r for |r| <= 0.35: r^2/2! + r^3/3! + ... + r^14/14!. */
function expTail(r: number): number {
  return (
    r *
    r *
    (1 / 2 +
      r *
        (1 / 6 +
          r *
            (1 / 24 +
              r *
                (1 / 120 +
                  r *
                    (1 / 720 +
                      r *
                        (1 / 5040 +
                          r *
                            (1 / 40320 +
                              r *
                                (1 / 362880 +
                                  r *
                                    (1 / 3628800 +
                                      r *
                                        (1 / 39916800 +
                                          r * (1 / 479001600 + r * (1 / 6227020800 + r * (1 / 87178291200)))))))))))))
  );
}

let productLost = 0;

/** a * b rounded; leaves what rounding lost in `productLost` (Dekker, 1971; halves of 26 bits by Veltkamp's split). */
function productHigh(a: number, b: number): number {
  const product = a * b;
  const aCarry = 134217729 * a;
  const aHigh = aCarry - (aCarry - a);
  const aLow = a - aHigh;
  const bCarry = 134217729 * b;
  const bHigh = bCarry - (bCarry - b);
  const bLow = b - bHigh;
  productLost = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
  return product;
}

function nearest(x: number): number {
  return Math.floor(x + 0.5);
}

/** x * 2^k, in two steps where one factor would leave the range of doubles. */
function scale(x: number, k: number): number {
  if (k > 1023) return x * 2 * powerOfTwo(k - 1);
  if (k < -1022) return x * powerOfTwo(k + 54) * (1 / TWO_54);
  return x * powerOfTwo(k);
}

/** 2^k for k in [-1022, 1023], put together from its bits. */
function powerOfTwo(k: number): number {
  words[HIGH] = (k + 1023) << 20;
  words[1 - HIGH] = 0;
  return scratch[0];
}
