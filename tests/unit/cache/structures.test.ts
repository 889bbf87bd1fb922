import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Departed } from '../../../src/cache/departed.ts';
import { HashIndex } from '../../../src/cache/hash-index.ts';
import { TableVersions } from '../../../src/cache/table-versions.ts';

describe('HashIndex', () => {
  it('agrees with a Map through growth, collisions and deletions', () => {
    // Few distinct numbers, among them multiples that share a home cell, so that runs form and are cut.
    const hash = fc.oneof(
      fc.nat(300),
      fc.nat(20).map((number) => number * 0x01000000),
      fc.constant(0xffffffff),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), hash, fc.nat(1e6)), { maxLength: 800, size: 'max' }), (steps) => {
        const index = new HashIndex();
        const model = new Map<number, number>();
        for (const [adds, key, slot] of steps) {
          if (adds) {
            index.set(key, slot);
            model.set(key, slot);
          } else {
            index.delete(key);
            model.delete(key);
          }
        }
        expect(index.size).toBe(model.size);
        const wrong = steps.filter(([, key]) => index.get(key) !== (model.get(key) ?? -1));
        expect(wrong).toEqual([]);
      }),
      { seed: 81, numRuns: 60 },
    );
  });
});

describe('Departed', () => {
  it('remembers the last reason of the latest 16,384 keys', () => {
    const departed = new Departed();
    departed.note(7, 'evicted');
    departed.note(7, 'expired');
    expect([departed.reasonOf(7), departed.reasonOf(8)]).toEqual(['expired', 'cold']);
    for (let hash = 100; hash < 100 + 16_384; hash++) departed.note(hash, 'refused');
    expect([departed.reasonOf(7), departed.reasonOf(100), departed.reasonOf(100 + 16_383)]).toEqual([
      'cold',
      'refused',
      'refused',
    ]);
  });
});

describe('TableVersions', () => {
  it('knows what still holds', () => {
    const versions = new TableVersions('h', 10);
    const current = (tables: string[] | null, logNumber: number): boolean =>
      versions.isCurrent(tables, { historyId: 'h', logNumber });
    expect([current(['t'], 9), current(['t'], 10)]).toEqual([false, true]); // what came before log 10 is not known
    versions.noteWrite(['t'], 11);
    versions.noteWrite(['u'], 12);
    expect(versions.latest).toBe(12);
    expect([
      current(['t'], 10),
      current(['t'], 11),
      current(['u', 't'], 11),
      current([], 10),
      current(null, 11),
      current(null, 12),
    ]).toEqual([false, true, false, true, false, true]);
    versions.noteWrite(null, 13);
    expect([current([], 12), current(['x'], 12), current(['x'], 13), versions.lastWriteOf('t')]).toEqual([
      false,
      false,
      true,
      13,
    ]);
    versions.reset('h2', 0);
    expect([current(['t'], 99), versions.isCurrent(['t'], { historyId: 'h2', logNumber: 0 })]).toEqual([false, true]);
  });
});
