import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheKey, type BoundValue, type BoundValues } from '../../../../src/cache/keys/key.ts';

describe('cacheKey', () => {
  it('tells apart values that SQLite tells apart once they are bound', () => {
    const values = [1, 1.5, -0, 0, '1', '', 'n', null, new Uint8Array([0x31]), new Uint8Array(), NaN, Infinity];
    const wide = [2n ** 53n + 1n, 2 ** 53, 2 ** 63, -(2 ** 63), 2n ** 63n - 1n];
    const keys = [...values, ...wide].map((value) => cacheKey('p', [value], []));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('knows that a number and the bigint of its value are bound alike', () => {
    for (const [one, other] of [
      [1, 1n],
      [0, 0n],
      [-7, -7n],
      [2 ** 53, 2n ** 53n],
      [2 ** 62, 2n ** 62n],
    ] as const) {
      expect(cacheKey('p', [one], [])).toBe(cacheKey('p', [other], []));
    }
  });

  it('goes by the numbers of parameters, not by their order in the map', () => {
    const key = cacheKey(
      'p',
      new Map([
        [2, 'a'],
        [5, 'b'],
      ]),
      [],
    );
    expect(
      cacheKey(
        'p',
        new Map([
          [5, 'b'],
          [2, 'a'],
        ]),
        [],
      ),
    ).toBe(key);
    expect(
      cacheKey(
        'p',
        new Map([
          [2, 'b'],
          [5, 'a'],
        ]),
        [],
      ),
    ).not.toBe(key);
    expect(
      cacheKey(
        'p',
        new Map([
          [1, 'a'],
          [2, 'b'],
        ]),
        [],
      ),
    ).not.toBe(key);
  });

  it('holds a large blob', () => {
    expect(cacheKey('p', [new Uint8Array(100_000)], []).length).toBeGreaterThan(100_000);
  });

  it('is equal for equal askings only', () => {
    const tricky = fc
      .array(fc.constantFrom('1', ':', '[', ']', '=', 's', 'd', 'i', 'n', ';', '{', 'a'), { maxLength: 4 })
      .map((parts) => parts.join(''));
    const value: fc.Arbitrary<BoundValue> = fc.oneof(
      tricky,
      fc.constantFrom(null, 0, -0, 1, 11, 1n, 11n, -1, 0.5),
      fc.uint8Array({ maxLength: 3 }),
    );
    const values: fc.Arbitrary<BoundValues> = fc.oneof(
      fc.array(value, { maxLength: 3 }),
      fc.array(fc.tuple(fc.nat(12), value), { maxLength: 3 }).map((pairs) => new Map(pairs)),
    );
    const asking = fc.tuple(tricky, values, fc.array(tricky, { maxLength: 2 }));
    fc.assert(
      fc.property(asking, asking, (one, other) => {
        expect(cacheKey(...one) === cacheKey(...other)).toBe(plain(one) === plain(other));
        expect(cacheKey(...one)).toBe(cacheKey(...structuredClone(one)));
      }),
      { seed: 61, numRuns: 2000 },
    );
  });
});

/** The asking as JSON with each value's class beside it, by number. */
function plain([meaning, values, pragmas]: [string, BoundValues, string[]]): string {
  const tagged = (value: unknown): unknown[] => [
    typeof value === 'bigint' || Number.isInteger(value) ? 'integer' : (value?.constructor.name ?? 'null'),
    Object.is(value, -0) ? '-0' : String(value),
  ];
  const shown = Array.isArray(values)
    ? values.map(tagged)
    : [...(values as ReadonlyMap<number, BoundValue>)]
        .sort(([a], [b]) => a - b)
        .map(([at, value]) => [at, tagged(value)]);
  return JSON.stringify([meaning, Array.isArray(values), shown, pragmas]);
}
