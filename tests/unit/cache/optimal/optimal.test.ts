import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optimalHits } from '../../../../src/cache/optimal/optimal.ts';

describe('optimalHits', () => {
  it.each([
    // One slot, a b a b a: keep a throughout (b stays out): a hits twice.
    [[0, 1, 0, 1, 0], 1, 2],
    // Two slots, a b c a b c a b c: keep a and b: each hits twice.
    [[0, 1, 2, 0, 1, 2, 0, 1, 2], 2, 4],
    [[0, 0, 0], 1, 2],
    [[0, 1, 2], 3, 0],
    [[], 3, 0],
    [[0, 0], 0, 0],
  ])('%j in %i slots: %i hits', (keys, capacity, hits) => {
    expect(optimalHits(Uint32Array.from(keys), capacity)).toBe(hits);
  });

  it('is the best of all choices, tried one by one', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4), { maxLength: 10 }), fc.integer({ min: 1, max: 3 }), (keys, capacity) => {
        expect(optimalHits(Uint32Array.from(keys), capacity)).toBe(best(keys, 0, [], capacity));
      }),
      { seed: 41, numRuns: 300 },
    );
  });
});

/** Most hits from request `at` on: tries to keep the newcomer in each slot, or not at all. */
function best(keys: number[], at: number, held: number[], capacity: number): number {
  if (at === keys.length) return 0;
  if (held.includes(keys[at])) return 1 + best(keys, at + 1, held, capacity);
  const without = best(keys, at + 1, held, capacity);
  if (held.length < capacity) return Math.max(without, best(keys, at + 1, [...held, keys[at]], capacity));
  return Math.max(without, ...held.map((_, slot) => best(keys, at + 1, held.with(slot, keys[at]), capacity)));
}
