import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optimalHits } from '../../../../src/cache/optimal/optimal.ts';
import { hitBounds } from '../../../../src/cache/optimal/optimal-bound.ts';

const boundsOf = (requests: readonly (readonly [number, number])[], capacity: number) =>
  hitBounds(
    Uint32Array.from(requests, ([key]) => key),
    Float64Array.from(requests, ([, bytes]) => bytes),
    capacity,
  );

describe('hitBounds', () => {
  it('takes the hits that cost the least room first', () => {
    // a b a b c c, of 10, 30 and 200 bytes. In 40 bytes a and b fit beside each other, c never does.
    const requests = [
      [0, 10],
      [1, 30],
      [0, 10],
      [1, 30],
      [2, 200],
      [2, 200],
    ] as const;
    expect(boundsOf(requests, 40)).toEqual({ hits: 2, bytes: 40 });
    // In 30 bytes: a costs 10 x 2, b 30 x 2; wanted after each request are 10, 40, 30 bytes, so that there is room of 10 + 30 + 30 = 70:
    // for all of a and 50 of 60 for b, one hit. In bytes both cost 2 per byte: 35, of which a real cache has 30.
    expect(boundsOf(requests, 30)).toEqual({ hits: 1, bytes: 35 });
    expect(boundsOf(requests, 0)).toEqual({ hits: 0, bytes: 0 });
    expect(boundsOf([], 10)).toEqual({ hits: 0, bytes: 0 });
  });

  it('is exact where everything fits', () => {
    const requests = Array.from({ length: 60 }, (_, at) => [(at * 7) % 12, 5 + ((at * 7) % 12)] as const);
    expect(boundsOf(requests, 1000).hits).toBe(48);
  });

  const request = fc.tuple(fc.nat(3), fc.integer({ min: 0, max: 9 }));

  it('is never below the best of all choices, tried one by one; sizes may change', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 10 }), fc.integer({ min: 1, max: 20 }), (requests, capacity) => {
        const bound = boundsOf(requests, capacity);
        const best = bestOf(requests, capacity);
        expect(bound.hits).toBeGreaterThanOrEqual(best.hits);
        expect(bound.bytes).toBeGreaterThanOrEqual(best.bytes);
      }),
      { seed: 43, numRuns: 200 },
    );
  });

  it('is never below the clairvoyant optimum for entries of one size, and near it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(30), { minLength: 300, maxLength: 300 }),
        fc.integer({ min: 1, max: 25 }),
        (keys, capacity) => {
          const stream = Uint32Array.from(keys);
          const { hits } = hitBounds(stream, new Float64Array(300).fill(1), capacity);
          const optimal = optimalHits(stream, capacity);
          expect(hits).toBeGreaterThanOrEqual(optimal);
          expect(hits - optimal).toBeLessThan(30);
        },
      ),
      { seed: 44, numRuns: 100 },
    );
  });
});

/** The most hits, and the most bytes of hits, over all ways to keep or drop each key after each request. */
function bestOf(requests: readonly (readonly [number, number])[], capacity: number): { hits: number; bytes: number } {
  // By what is held: the best that leads there.
  let states = new Map([['', { held: [] as (readonly [number, number])[], hits: 0, bytes: 0 }]]);
  for (const [key, size] of requests) {
    const after: typeof states = new Map();
    for (const { held, hits, bytes } of states.values()) {
      const hit = held.some(([other]) => other === key);
      const candidates = hit ? held : [...held, [key, size] as const];
      for (let kept = 0; kept < 1 << candidates.length; kept++) {
        const next = candidates.filter((_, nth) => (kept >> nth) & 1);
        if (next.reduce((sum, [, each]) => sum + each, 0) > capacity) continue;
        const id = next
          .map(([other, each]) => `${other}:${each}`)
          .toSorted()
          .join();
        const before = after.get(id) ?? { hits: 0, bytes: 0 };
        const reached = { hits: hits + (hit ? 1 : 0), bytes: bytes + (hit ? size : 0) };
        after.set(id, {
          held: next,
          hits: Math.max(before.hits, reached.hits),
          bytes: Math.max(before.bytes, reached.bytes),
        });
      }
    }
    states = after;
  }
  const reached = [...states.values()];
  return { hits: Math.max(...reached.map(({ hits }) => hits)), bytes: Math.max(...reached.map(({ bytes }) => bytes)) };
}
