import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBytes, writeBytes } from '../../../../src/ui/components/byte-size.ts';

describe('sizes in bytes', () => {
  it('are read with their units, in any case, with or without a space', () => {
    expect(
      ['64 MiB', '64mib', ' 4KiB ', '1.5 GiB', '1,5 gib', '10,000 B', '10,000.5 KiB', '4096', '64 MB'].map(parseBytes),
    ).toEqual([67_108_864, 67_108_864, 4096, 1_610_612_736, 1_610_612_736, 10_000, 10_240_512, 4096, 64_000_000]);
  });

  it('are negative, fractional or nothing where the text is: whoever asks decides', () => {
    expect(parseBytes('-1 KiB')).toBe(-1024);
    expect(parseBytes('0')).toBe(0);
    expect(parseBytes('1.5 B')).toBe(1.5);
    expect(
      ['', '  ', 'MiB', 'NaN', 'Infinity', '1e999', '64 MiBs', '64 M', '1.2.3 B', '1,2,3', '0x10', '６４'].map(
        parseBytes,
      ),
    ).toEqual(Array.from({ length: 12 }, () => null));
  });

  it('are written so that reading gives the same bytes', () => {
    expect([4096, 67_108_864, 1_610_612_736, 10_000, 1000].map(writeBytes)).toEqual([
      '4 KiB',
      '64 MiB',
      '1.5 GiB',
      '10,000 B',
      '1,000 B',
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 * 1024 ** 3 }), (bytes) => {
        expect(parseBytes(writeBytes(bytes))).toBe(bytes);
      }),
    );
  });
});
