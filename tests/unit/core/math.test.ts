import { describe, expect, it } from 'vitest';
import { exponential } from '../../../src/core/distributions.ts';
import { exp, log, pow, sineOfTurns } from '../../../src/core/math.ts';
import { createRandom } from '../../../src/core/random.ts';

const double = new Float64Array(1);
const bits = new BigInt64Array(double.buffer);

function bitsOf(value: number): bigint {
  double[0] = value;
  return bits[0];
}

/** How many doubles lie between two of the same sign. */
function ulps(left: number, right: number): number {
  const distance = bitsOf(left) - bitsOf(right);
  return Number(distance < 0n ? -distance : distance);
}

describe('math', () => {
  const random = createRandom('math');
  const between = (low: number, high: number): number => low + random.next() * (high - low);

  it('agrees with the engine’s functions to a few units in the last place', () => {
    const worst = { log: 0, logNearOne: 0, exp: 0, pow: 0, sine: 0 };
    for (let round = 0; round < 20_000; round++) {
      const wide = exp(between(-700, 700));
      worst.log = Math.max(worst.log, ulps(log(wide), Math.log(wide)));
      const near = between(0.5, 1.5);
      worst.logNearOne = Math.max(worst.logNearOne, ulps(log(near), Math.log(near)));
      const x = between(-700, 700);
      worst.exp = Math.max(worst.exp, ulps(exp(x), Math.exp(x)));
      const [base, power] = [between(0, 100), between(-150, 150)];
      worst.pow = Math.max(worst.pow, ulps(pow(base, power), Math.pow(base, power)));
      const turns = between(-1, 1);
      worst.sine = Math.max(worst.sine, Math.abs(sineOfTurns(turns) - Math.sin(2 * Math.PI * turns)));
    }
    expect(worst.log).toBeLessThanOrEqual(2);
    expect(worst.logNearOne).toBeLessThanOrEqual(3);
    expect(worst.exp).toBeLessThanOrEqual(2);
    expect(worst.pow).toBeLessThanOrEqual(5);
    expect(worst.sine).toBeLessThan(2e-15); // most of it is the rounding of 2 pi turns
  });

  it('is exact where the result is', () => {
    expect([log(1), exp(0), pow(2, 10), pow(3, 5), pow(10, 3), pow(2, -1074)]).toEqual([0, 1, 1024, 243, 1000, 5e-324]);
    expect([sineOfTurns(0), sineOfTurns(0.25), sineOfTurns(1)]).toEqual([0, 1, 0]);
  });

  it('keeps the edges', () => {
    expect([log(0), log(Infinity), exp(1000), exp(-1000), pow(0, 2), pow(5, 0)]).toEqual([
      -Infinity,
      Infinity,
      Infinity,
      0,
      0,
      1,
    ]);
    expect([log(-1), log(NaN), exp(NaN), pow(-1, 2)]).toEqual([NaN, NaN, NaN, NaN]);
    expect(log(5e-324)).toBe(Math.log(5e-324));
  });
});

describe('exponential', () => {
  it('has the mean, the spread and the tails of an exponential', () => {
    const random = createRandom('exponential');
    const draws = 400_000;
    let [sum, squares] = [0, 0];
    const beyond = new Map([0.5, 1, 3, 8].map((bound) => [bound, 0]));
    for (let draw = 0; draw < draws; draw++) {
      const x = exponential(random);
      sum += x;
      squares += x * x;
      for (const [bound, count] of beyond) if (x > bound) beyond.set(bound, count + 1);
    }
    // Standard errors of the two moments: 1 / sqrt(n), and sqrt(E[x^4] - E[x^2]^2) / sqrt(n) = sqrt(24 - 4) / sqrt(n).
    expect(Math.abs(sum / draws - 1)).toBeLessThan(4 / Math.sqrt(draws));
    expect(Math.abs(squares / draws - 2)).toBeLessThan((4 * Math.sqrt(20)) / Math.sqrt(draws));
    for (const [bound, count] of beyond) {
      const share = Math.exp(-bound);
      expect(Math.abs(count / draws - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / draws));
    }
  });
});
