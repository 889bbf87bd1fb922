import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compress, decompress, isCompressed } from '../../../../src/cache/compression/compression.ts';
import { pack, unpack, weigh } from '../../../../src/cache/compression/parcel.ts';

/** A result as the database's workers give it. */
function result(rows: number): unknown {
  return {
    names: ['id', 'name'],
    rowCount: rows,
    columns: [
      {
        classes: new Uint8Array(rows).fill(1),
        numbers: Float64Array.from({ length: rows }, (_, row) => row),
        wide: new BigInt64Array([2n ** 60n]),
        offsets: new Uint32Array(0),
        bytes: new TextEncoder().encode('name'.repeat(rows)),
      },
    ],
    large: [{ row: 1, column: 0, bytes: new Uint8Array([1, 2]) }],
    limitedAt: null,
  };
}

describe('parcels', () => {
  it('give back exactly what was packed', () => {
    const view = fc.oneof(
      fc.uint8Array(),
      fc.float64Array(),
      fc.uint32Array(),
      fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })).map((values) => BigInt64Array.from(values)),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        view,
        fc.array(tie('value')),
        fc.dictionary(fc.string(), tie('value'), { noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(value, (whole) => {
        const parcel = pack(whole);
        if (parcel === null) throw new Error('refused');
        expect(unpack(parcel)).toEqual(whole);
      }),
      { seed: 71, numRuns: 500 },
    );
  });

  it('pack a part of a buffer as that part, and shared memory too', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(8), 2, 3).fill(7);
    const parcel = pack({ shared, part: new Float64Array([1, 2, 3]).subarray(1, 2) });
    expect(parcel && unpack(parcel)).toEqual({ shared: new Uint8Array([7, 7, 7]), part: new Float64Array([2]) });
  });

  it.each([
    [1n],
    [undefined],
    [{ a: undefined }],
    [new Map()],
    [NaN],
    [-0],
    [{ $view: ['Uint8Array', 1] }],
    [new Float32Array(1)],
  ])('refuse %o, which they could not give back', (value) => {
    expect(pack(value)).toBeNull();
  });

  it('refuse to unpack what is too short', () => {
    const parcel = pack(result(100));
    expect(() => unpack({ skeleton: parcel?.skeleton ?? '', bytes: new Uint8Array(5) })).toThrow('too early');
  });

  it('weigh typed arrays as they are', () => {
    expect(weigh(result(1000)) - weigh(result(0))).toBe(1000 * (1 + 8 + 4));
  });
});

describe('compression', () => {
  it('shrinks a large result and gives it back, with the time that took', async () => {
    const value = result(6000);
    const compressed = await compress(value, 64 * 1024);
    if (compressed === null) throw new Error('not compressed');
    expect(isCompressed(compressed)).toBe(true);
    expect(weigh(compressed)).toBeLessThan(weigh(value) * 0.8);
    const { value: again, decodeMs } = await decompress(compressed);
    expect(again).toEqual(value);
    expect(decodeMs).toBeGreaterThanOrEqual(0);
  });

  it('leaves alone what is small, and what would hardly shrink', async () => {
    expect(await compress(result(10), 64 * 1024)).toBeNull();
    let state = 1;
    const noise = Uint8Array.from(
      { length: 100_000 },
      () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24,
    );
    expect(await compress({ noise }, 64 * 1024)).toBeNull();
  });

  it('rejects damaged bytes', async () => {
    const compressed = await compress(result(6000), 1024);
    if (compressed === null) throw new Error('not compressed');
    await expect(decompress({ ...compressed, deflated: compressed.deflated.subarray(0, 100) })).rejects.toThrow();
  });
});
