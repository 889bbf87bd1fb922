/** What a rewrite gains beside the indexes, reckoned by hand. */
import { expect, it } from 'vitest';
import { besideIndexes } from '../../../src/advisor/comparison.ts';

it('is the quotient of both gains, and its interval holds whatever both intervals hold', () => {
  // 100 ms as it is; 20 ms with the indexes (5x, 4x to 8x), 5 ms rewritten besides (20x, 16x to 24x).
  const found = besideIndexes({ ratio: 5, interval: [4, 8] }, { ratio: 20, interval: [16, 24] });
  expect(found).toEqual({ ratio: 4, interval: [2, 6] });
});

it('is the whole gain where no index is used', () => {
  const found = besideIndexes({ ratio: 1, interval: [1, 1] }, { ratio: 3, interval: [2, 4] });
  expect(found).toEqual({ ratio: 3, interval: [2, 4] });
});
