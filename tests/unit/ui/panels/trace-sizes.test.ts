import { describe, expect, it } from 'vitest';
import { readSizes } from '../../../../src/ui/panels/cache/trace-sizes.ts';

describe('sizes as written', () => {
  it('are shares, whole numbers or bytes, with commas or line ends between', () => {
    expect(readSizes(' 5 %, 12.5%,512 ,16 MiB,\n3kib, 1 GB ')).toEqual({
      sizes: [
        { share: 0.05 },
        { share: 0.125 },
        { capacity: 512 },
        { bytes: 2 ** 24 },
        { bytes: 3072 },
        { bytes: 1e9 },
      ],
    });
  });

  it.each([
    ['', 'No size is given. Write shares'],
    [' , ', 'No size is given.'],
    ['a lot', '“a lot” is no size.'],
    ['5 %, -3', '“-3” is no size.'],
    ['0 %', '“0 %”: a share must lie above 0 %'],
    ['101 %', 'at most 100 %'],
    ['0', '“0”: room must be a whole number of entries, 1 or more.'],
    ['2.5', 'whole number of entries'],
    ['0.3 KiB', 'whole number of bytes'],
    ['5 parsecs', '“5 parsecs”: units are %, B, KiB, MiB and GiB.'],
    ['99999999999999999999', 'whole number of entries'],
    ['1,2,3,4,5,6,7,8,9', '9 sizes are given, and one replay takes at most 8.'],
  ])('%j is refused in words', (text, problem) => {
    expect(readSizes(text)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
