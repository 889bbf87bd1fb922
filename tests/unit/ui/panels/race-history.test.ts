import { describe, expect, it } from 'vitest';
import { STRATEGY_NAMES } from '../../../../src/cache/catalogue.ts';
import type { CacheComparison } from '../../../../src/engine/protocol.ts';
import { raceColumns, withReport, type RaceReports } from '../../../../src/ui/panels/cache/race-history.ts';

/** FIFO has hit so many, every other strategy none. */
function comparison(requests: number, hits: number): CacheComparison {
  const strategies = STRATEGY_NAMES.map((strategy) => ({
    strategy,
    hits: strategy === 'fifo' ? hits : 0,
    hitRatio: null,
    byteHitRatio: null,
    timeSavedRatio: null,
    error: null,
  }));
  const leaders = { hits: null, time: null };
  return { sampleRatio: 1, sampledKeys: 1, requests, strategies, alike: false, leaders, reading: null };
}

describe('the race over time', () => {
  it('is made of what came within the last ten seconds, with gaps where too little was asked', () => {
    let reports: RaceReports = [];
    [
      [0, 0, 0],
      [5000, 100, 50],
      [10_000, 200, 50],
      [15_000, 300, 150],
      [30_000, 305, 155],
    ].forEach(([wallMs, requests, hits]) => (reports = withReport(reports, comparison(requests, hits), wallMs)));
    const { x, ratios } = raceColumns(reports);
    expect(x).toEqual([0, 5, 10, 15, 30]);
    expect(ratios.fifo).toEqual([NaN, 0.5, 0.25, 0.5, NaN]);
    expect(ratios.lru).toEqual([NaN, 0, 0, 0, NaN]);
  });

  it('begins anew when the counts were reset, and takes a report once', () => {
    const one = withReport([], comparison(100, 50), 1000);
    expect(withReport(one, comparison(100, 50), 1000)).toBe(one);
    expect(withReport(one, comparison(5, 0), 2000)).toHaveLength(1);
  });
});
