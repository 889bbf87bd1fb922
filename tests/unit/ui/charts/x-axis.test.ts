import { describe, expect, it } from 'vitest';
import { doublings } from '../../../../src/ui/charts/x-axis.ts';

describe('labels of a logarithmic axis', () => {
  it('stand at whole powers of two, no more than there is room for', () => {
    expect(doublings(1024, 8192, 9)).toEqual([1024, 2048, 4096, 8192]);
    expect(doublings(1000, 9000, 9)).toEqual([1024, 2048, 4096, 8192]);
    expect(doublings(2 ** 20, 2 ** 32, 5)).toEqual([2 ** 21, 2 ** 24, 2 ** 27, 2 ** 30]);
    for (let most = 1; most < 20; most++) {
      const labels = doublings(2 ** 10 + 1, 2 ** 36, most);
      expect(labels.length).toBeGreaterThan(0);
      expect(labels.length).toBeLessThanOrEqual(Math.max(1, most));
    }
  });
});
