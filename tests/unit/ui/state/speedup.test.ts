import { describe, expect, it } from 'vitest';
import type { QueryOutcome } from '../../../../src/engine/client.ts';
import { ExecutedTimes, speedupText } from '../../../../src/ui/state/speedup.ts';

const outcome = (cacheHit: boolean, executionTimeMs: number): QueryOutcome =>
  ({ sql: 'SELECT ?', cacheHit, executionTimeMs }) as QueryOutcome;

describe('what a hit spared', () => {
  it('is the time of the execution with the same values', () => {
    const times = new ExecutedTimes();
    expect(times.compare(outcome(false, 40), [1])).toBeNull();
    expect(times.compare(outcome(true, 0.2), [1])).toEqual({ executedMs: 40, hitMs: 0.2 });
    // 1 and '1' are different values, whose execution nobody saw.
    expect(times.compare(outcome(true, 0.2), ['1'])).toBeNull();
  });
  it('is forgotten with the data', () => {
    const times = new ExecutedTimes();
    times.compare(outcome(false, 40), []);
    times.clear();
    expect(times.compare(outcome(true, 0.2), [])).toBeNull();
  });
});

describe('its words', () => {
  it.each([
    [40, 0.2, '200x faster'],
    [40, 0, 'more than 400x faster'], // 40 over the clock's step of 0.1
    [0.1, 0, 'both below the clock’s step'],
    [1, 1, 'about as fast'],
  ])('%d ms and %d ms', (executedMs, hitMs, words) => {
    expect(speedupText({ executedMs, hitMs })).toBe(words);
  });
});
