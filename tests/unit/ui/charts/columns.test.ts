import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterMarks, isEmpty, nearestIndex, toGappedColumn, wallSeconds } from '../../../../src/ui/charts/columns.ts';

describe('columns of a chart', () => {
  it('turns what was not measured into gaps', () => {
    expect(toGappedColumn(Float64Array.of(1, NaN, 3, Infinity), 4)).toEqual([1, null, 3, null]);
  });

  it('aligns a shorter column to the newest points and cuts a longer one at its front', () => {
    expect(toGappedColumn([7, 8], 4)).toEqual([null, null, 7, 8]);
    expect(toGappedColumn([5, 6, 7, 8], 2)).toEqual([7, 8]);
    expect(toGappedColumn([], 2)).toEqual([null, null]);
  });

  it('puts the newest engine time on the given wall time', () => {
    // 2,000 ms before the last point, which is 1,700,000,000 s after 1970.
    expect(wallSeconds([500, 1500, 2500], 1_700_000_000_000)).toEqual([1_699_999_998, 1_699_999_999, 1_700_000_000]);
    expect(wallSeconds([], 5)).toEqual([]);
  });

  it('knows an empty chart', () => {
    expect(isEmpty([])).toBe(true);
    expect(isEmpty([[null, null], [null]])).toBe(true);
    expect(isEmpty([[null], [0]])).toBe(false);
  });

  it('finds the nearest x as a search through all of them does', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: -500, max: 500 }), { minLength: 1 }), fc.integer(), (xs, target) => {
        xs.sort((left, right) => left - right);
        const found = nearestIndex(xs, target);
        const distances = xs.map((x) => Math.abs(x - target));
        expect(distances[found]).toBe(Math.min(...distances));
      }),
      { seed: 11 },
    );
    expect(nearestIndex([], 3)).toBe(-1);
  });
});

describe('marks', () => {
  it('that would lie on each other become one, in the worst tone', () => {
    const marks = [
      { x: 10.5, label: 'down', tone: 'bad' as const },
      { x: 10, label: 'up', tone: 'good' as const },
      { x: 20, label: 'changed', tone: 'info' as const },
    ];
    // 10 and 10.5 are nearer than 1; 20 stands alone.
    expect(clusterMarks(marks, 1)).toEqual([
      { x: 10, label: 'up; down', tone: 'bad' },
      { x: 20, label: 'changed', tone: 'info' },
    ]);
    expect(clusterMarks(marks, 0.2)).toHaveLength(3);
    expect(marks[1].label).toBe('up');
  });
});
