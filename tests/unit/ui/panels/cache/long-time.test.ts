import { expect, it } from 'vitest';
import { formatLongMs } from '../../../../../src/ui/panels/cache/long-time.ts';

it('writes set times in the unit that reads best', () => {
  expect(
    [100, 30_000, 60_000, 90_000, 600_000, 5_400_000, 21_600_000, 86_400_000, 604_800_000].map(formatLongMs),
  ).toEqual(['100 ms', '30 s', '1 min', '1 min 30 s', '10 min', '90 min', '6 h', '24 h', '7 days']);
});
