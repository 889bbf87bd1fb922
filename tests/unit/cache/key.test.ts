import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheKey } from '../../../src/cache/key.ts';

describe('cacheKey', () => {
  it('tells apart values that SQLite tells apart', () => {
    const values = [
      1,
      1n,
      1.5,
      -0,
      0,
      '1',
      '',
      'n',
      null,
      new Uint8Array([0x31]),
      new Uint8Array(),
      NaN,
      Infinity,
      2n ** 53n + 1n,
      2 ** 53,
    ];
    const keys = values.map((value) => cacheKey('select ?', [value], [], 'main'));
    expect(new Set(keys).size).toBe(values.length);
  });

  it('takes named parameters in any order, and keeps them apart from positions', () => {
    const key = cacheKey('select :a, :b', { ':a': 1, ':b': 2 }, [], 'main');
    expect(cacheKey('select :a, :b', { ':b': 2, ':a': 1 }, [], 'main')).toBe(key);
    expect(cacheKey('select :a, :b', { ':a': 2, ':b': 1 }, [], 'main')).not.toBe(key);
    expect(cacheKey('select :a, :b', [1, 2], [], 'main')).not.toBe(key);
    expect(cacheKey('select 1', {}, [], 'main')).not.toBe(cacheKey('select 1', [], [], 'main'));
  });

  it('holds a large blob', () => {
    expect(cacheKey('select ?', [new Uint8Array(100_000)], [], 'main').length).toBeGreaterThan(100_000);
  });

  it('is equal for equal askings only', () => {
    const tricky = fc
      .array(fc.constantFrom('1', ':', '[', ']', 's', 'd', 'i', 'n', ';', 'a'), { maxLength: 4 })
      .map((parts) => parts.join(''));
    const value = fc.oneof(
      tricky,
      fc.constantFrom(null, 0, -0, 1, 11, 1n, 11n, -1, 0.5),
      fc.uint8Array({ maxLength: 3 }),
    );
    const parameters = fc.oneof(fc.array(value, { maxLength: 3 }), fc.dictionary(tricky, value, { maxKeys: 3 }));
    const asking = fc.tuple(tricky, parameters, fc.array(tricky, { maxLength: 2 }), fc.constantFrom('a', '1:a', ''));
    fc.assert(
      fc.property(asking, asking, (one, other) => {
        expect(cacheKey(...one) === cacheKey(...other)).toBe(plain(one) === plain(other));
        expect(cacheKey(...one)).toBe(cacheKey(...structuredClone(one)));
      }),
      { seed: 61, numRuns: 2000 },
    );
  });
});

/** The asking as JSON with each value's type beside it, names sorted. */
function plain(asking: [string, object, string[], string]): string {
  const tagged = (value: unknown): unknown[] => [
    value?.constructor.name ?? 'null',
    Object.is(value, -0) ? '-0' : String(value),
  ];
  const [text, parameters, pragmas, database] = asking;
  const values: unknown[] = Array.isArray(parameters)
    ? [parameters.map(tagged)]
    : Object.entries(parameters)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => [name, tagged(value)]);
  return JSON.stringify([text, Array.isArray(parameters), values, pragmas, database]);
}
