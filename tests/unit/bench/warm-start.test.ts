import { expect, it } from 'vitest';
import { warmStart } from '../../../bench/warm-start.ts';

it('a reload costs at most two points of the hit ratio', async () => {
  const { entries, restored, hitRatio, lostPoints } = await warmStart('adaptive', 1500, 500, 4, 320_000);
  expect([entries > 200, restored]).toEqual([true, entries]);
  expect(Math.abs(lostPoints)).toBeLessThanOrEqual(2);
  // There was something to lose.
  expect(hitRatio.stayed - hitRatio.cold).toBeGreaterThan(0.1);
});
