import { describe, expect, it } from 'vitest';
import type { ReplayedTrace } from '../../../../src/engine/protocol.ts';
import { points } from '../../../../src/ui/panels/cache/points.ts';
import { bestAt, curveEnds, phaseMarks, traceCsv, traceRows } from '../../../../src/ui/panels/cache/trace-result.ts';

const replayed = (optimalHitRatio: number | null): ReplayedTrace => ({
  requests: 10,
  unique: 3,
  unit: optimalHitRatio === null ? 'bytes' : 'entries',
  footprint: 3,
  unboundedHitRatio: 0.7,
  sizes: [
    {
      requests: 10,
      unique: 3,
      capacity: 2,
      unit: optimalHitRatio === null ? 'bytes' : 'entries',
      optimalHitRatio,
      strategies: [
        { strategy: 'lru', hits: 3, hitRatio: 0.3, byteHitRatio: optimalHitRatio === null ? 0.5 : null, curve: [0, 1] },
        {
          strategy: 'lirs',
          hits: 4,
          hitRatio: 0.4,
          byteHitRatio: optimalHitRatio === null ? 0.2 : null,
          curve: [1, 0],
        },
      ],
    },
  ],
});

describe('a replayed trace as rows', () => {
  it('marks the best and tells how far each lies below the optimum', () => {
    const [lru, lirs] = traceRows(replayed(0.6), 'requests');
    expect(lru).toMatchObject({ label: 'LRU', cells: [{ ratio: 0.3, best: false }] });
    expect(lru.cells[0].gap).toBeCloseTo(0.3, 12);
    expect(lirs.cells[0].best).toBe(true);
    expect(lirs.cells[0].gap).toBeCloseTo(0.2, 12);
    expect(bestAt(replayed(0.6).sizes[0])).toBe('lirs');
  });

  it('counts bytes where there are sizes, below the best since no optimum is known', () => {
    const [lru, lirs] = traceRows(replayed(null), 'bytes');
    expect([lru.cells[0].best, lru.cells[0].gap]).toEqual([true, 0]);
    expect(lirs.cells[0].gap).toBeCloseTo(0.3, 12);
  });

  it('is handed out with a row for each strategy, and one for the optimum', () => {
    const lines = traceCsv(replayed(0.6)).trimEnd().split('\r\n');
    expect(lines).toEqual([
      'requests,unique,capacityEntries,strategy,hits,hitRatio,byteHitRatio',
      '10,3,2,lru,3,0.3,',
      '10,3,2,lirs,4,0.4,',
      '10,3,2,optimum,,0.6,',
    ]);
    expect(traceCsv(replayed(null))).toContain('10,3,2,lru,3,0.3,0.5');
    expect(traceCsv(replayed(null))).toContain('capacityBytes');
  });

  it('has its points at the ends of hundredths of the requests', () => {
    expect(curveEnds(5003, 99).slice(-2)).toEqual([98 * 51, 5003]);
    expect(phaseMarks(1000).map(({ x }) => x)).toEqual([250, 500, 750]);
  });
});

describe('points', () => {
  it.each([
    [0, '0 points'],
    [0.00001, '< 0.01 points'],
    [0.0004, '0.04 points'],
    [-0.01, '1.0 point'],
    [0.213, '21.3 points'],
    [null, '–'],
  ])('of %d are %s', (ratio, text) => {
    expect(points(ratio)).toBe(text);
  });
});
