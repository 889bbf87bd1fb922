import { describe, expect, it } from 'vitest';
import { generateTrace } from '../../../src/workload/traces.ts';

const make = (kind: 'zipf' | 'scan' | 'loop' | 'phases', seed = 1): Uint32Array =>
  generateTrace({ kind, requests: 20_000, unique: 500, seed });

describe('generated traces', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(make('scan', 4)).toEqual(make('scan', 4));
    expect(make('scan', 4)).not.toEqual(make('scan', 5));
  });

  it('loop through all keys in order', () => {
    expect([...make('loop').subarray(498, 503)]).toEqual([498, 499, 0, 1, 2]);
  });

  it('ask for popular keys as Zipf’s law says', () => {
    const counts = new Map<number, number>();
    for (const key of make('zipf')) counts.set(key, (counts.get(key) ?? 0) + 1);
    const [first, second] = [...counts.values()].sort((a, b) => b - a);
    // 1 / H(500) = 14.7 % of the requests, and half as many for the next.
    expect(first / 20_000).toBeCloseTo(0.147, 1);
    expect(first / second).toBeGreaterThan(1.7);
  });

  it('scan keys that never come again, and change their phases', () => {
    const scanned = [...make('scan')].filter((key) => key >= 500);
    expect(scanned.length).toBeGreaterThan(1000);
    expect(new Set(scanned).size).toBe(scanned.length);
    const phases = make('phases');
    const kinds = [0, 1, 2, 3].map((part) => phases.subarray(part * 5000, part * 5000 + 5000));
    expect(kinds.map((keys) => [Math.floor(Math.min(...keys) / 500), Math.max(...keys) < 1500])).toEqual([
      [0, true],
      [1, true],
      [2, true],
      [3, false],
    ]);
    const last = new Map<number, number>();
    for (const key of kinds[3]) last.set(key, (last.get(key) ?? 0) + 1);
    expect(Math.max(...last.values())).toBe(2);
  });

  it('are refused with every field that is out of its range', () => {
    const bad = { kind: 'waltz' as never, requests: 1, unique: NaN, seed: -1 };
    expect(() => generateTrace(bad)).toThrow(/requests.*got 1;.*unique.*got NaN;.*seed.*got -1;.*kind.*waltz/);
  });
});
