import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes } from '../../../src/core/bytes.ts';

describe('bytes for people', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [999, '999 B'],
    [1000, '0.977 KiB'], // 1000 / 1024 = 0.9766
    [1536, '1.5 KiB'],
    [2 ** 18, '256 KiB'],
    [1_000_000, '977 KiB'], // 976.56
    [1023 * 1024, '0.999 MiB'], // 1023 would be four digits
    [2 ** 20, '1 MiB'],
    [4 * 2 ** 30, '4 GiB'],
    [3 * 2 ** 50, '3,072 TiB'], // there is no larger unit
    [-2048, '-2 KiB'],
  ])('%d is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it('is right to three digits, and never needs a fourth', () => {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    fc.assert(
      fc.property(
        fc.maxSafeNat().filter((bytes) => bytes < 999 * 2 ** 40),
        (bytes) => {
          const [amount, unit] = formatBytes(bytes).split(' ');
          expect(amount.replace(/^0\.0*|\./, '').length).toBeLessThanOrEqual(3);
          expect(Math.abs(Number(amount) * 1024 ** units.indexOf(unit) - bytes)).toBeLessThanOrEqual(bytes * 0.005);
        },
      ),
    );
  });
});
