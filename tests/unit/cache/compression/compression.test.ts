import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  codesFor,
  decodeColumn,
  DIFFERENCES_SHUFFLED,
  encodeColumn,
  SHUFFLED,
} from '../../../../src/cache/compression/column-codes.ts';
import { compress, decompress } from '../../../../src/cache/compression/compression.ts';
import { createRandom } from '../../../../src/core/random.ts';

const bytesOf = (view: ArrayBufferView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

describe('codes of columns', () => {
  it('put bytes of equal weight side by side', () => {
    expect([...encodeColumn(bytesOf(Uint32Array.of(0x01020304, 0x11121314)), 4, SHUFFLED)]).toEqual([
      0x04, 0x14, 0x03, 0x13, 0x02, 0x12, 0x01, 0x11,
    ]);
  });

  it('put differences in the place of values, borrowing across words', () => {
    const coded = encodeColumn(bytesOf(BigUint64Array.of(5n, 0x1_0000_0004n, 3n)), 8, DIFFERENCES_SHUFFLED);
    const differences = decodeColumn(coded, 8, SHUFFLED);
    expect([...new BigInt64Array(differences.buffer)]).toEqual([5n, 0xffff_ffffn, -0x1_0000_0001n]);
  });

  it('come back exactly, whatever the bits', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 4, 8), fc.uint8Array({ maxLength: 200, size: 'max' }), (width, given) => {
        // From an odd place in a larger buffer, as columns lie in a parcel.
        const whole = given.length - (given.length % width);
        const bytes = Uint8Array.of(9, ...given).subarray(1, 1 + whole);
        for (const code of codesFor(width))
          expect([...decodeColumn(encodeColumn(bytes, width, code), width, code)]).toEqual([...bytes]);
      }),
    );
  });
});

describe('compression', () => {
  const rows = 20_000;
  const random = createRandom(3);
  const ids = Float64Array.from({ length: rows }, (_, row) => 100_000 + row);
  const prices = Float64Array.from({ length: rows }, () => random.below(10_000) / 100);
  const offsets = new Uint32Array(rows + 1);
  for (let row = 0; row < rows; row++) offsets[row + 1] = offsets[row] + 5 + random.below(9);
  const noise = Uint32Array.from({ length: rows }, () => random.below(2 ** 32));

  it('gives back what it took, with every kind of column', async () => {
    const value = {
      names: ['id'],
      ids,
      prices,
      offsets,
      wide: BigInt64Array.of(-1n, 2n ** 62n),
      empty: new Uint8Array(),
    };
    const compressed = await compress(value, 0);
    expect(compressed).not.toBeNull();
    expect((await decompress(compressed!)).value).toEqual(value);
    expect((await decompress(structuredClone(compressed!))).value).toEqual(value);
  });

  it('rearranges numbers that go up step by step, and leaves noise alone', async () => {
    const size = async (value: Record<string, unknown>): Promise<number> =>
      (await compress(value, 0))?.deflated.byteLength ?? Infinity;
    // The same bytes under a type that is never rearranged: what deflate alone makes of them.
    expect(await size({ ids })).toBeLessThan((await size({ ids: bytesOf(ids) })) / 10);
    expect(await size({ offsets })).toBeLessThan((await size({ offsets: bytesOf(offsets) })) * 0.7);
    expect(await compress({ noise }, 0)).toBeNull();
    const mixed = await compress({ ids, noise }, 0);
    expect(mixed?.coded?.map(({ start }) => start)).toEqual([0]);
  });

  it('reads what was stored before columns had codes', async () => {
    const { coded, ...older } = (await compress({ text: bytesOf(ids) }, 0))!;
    expect(coded).toEqual([]);
    expect((await decompress(older)).value).toEqual({ text: bytesOf(ids) });
  });

  it('keeps what is small or would hardly shrink as it is', async () => {
    expect(await compress({ ids }, ids.byteLength)).toBeNull();
    expect(await compress({ ids }, ids.byteLength - 1)).not.toBeNull();
    expect(await compress({ when: 1n }, 0)).toBeNull();
  });

  it('refuses damaged bytes instead of making rows of them', async () => {
    const compressed = (await compress({ ids }, 0))!;
    await expect(decompress({ ...compressed, deflated: compressed.deflated.slice(0, -9) })).rejects.toThrow();
  });
});
