import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HashIndex } from '../../../../src/cache/structures/hash-index.ts';
import { hashKey } from '../../../../src/cache/keys/key-hash.ts';
import { KeyTable, REMEMBERED_CHARACTERS_MAX, REMEMBERED_KEYS_MAX } from '../../../../src/cache/keys/key-table.ts';
import { TableVersions } from '../../../../src/cache/freshness/table-versions.ts';

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

describe('KeyTable', () => {
  it('remembers the last reason of the latest 16,384 keys', () => {
    const keys = new KeyTable();
    const reasons = (...texts: string[]) =>
      texts.map((text) => (keys.idOf(text) < 0 ? 'cold' : keys.reasonOf(keys.idOf(text))));
    keys.noteAbsent('7', 'evicted');
    keys.noteAbsent('7', 'expired');
    expect(reasons('7', '8')).toEqual(['expired', 'cold']);
    for (let key = 100; key < 100 + REMEMBERED_KEYS_MAX; key++) keys.noteAbsent(`${key}`, 'refused');
    expect(reasons('7', '100', `${99 + REMEMBERED_KEYS_MAX}`)).toEqual(['cold', 'refused', 'refused']);
    expect(keys.size).toBe(0);
  });

  it('remembers no more text than it says, the latest to leave', () => {
    const keys = new KeyTable();
    const texts = Array.from({ length: 5 }, (_, at) => `${at}`.repeat(REMEMBERED_CHARACTERS_MAX / 4));
    for (const text of texts) keys.noteAbsent(text, 'evicted');
    expect(texts.map((text) => keys.idOf(text) >= 0)).toEqual([false, true, true, true, true]);
    keys.noteAbsent('x'.repeat(REMEMBERED_CHARACTERS_MAX + 1), 'evicted');
    expect([...texts, 'x'.repeat(REMEMBERED_CHARACTERS_MAX + 1)].map((text) => keys.idOf(text))).toEqual(
      Array(6).fill(-1),
    );
  });

  it('does not take a key that was just found for another that has got its number since', () => {
    const keys = new KeyTable();
    const large = keys.hold('y'.repeat(REMEMBERED_CHARACTERS_MAX), 0);
    keys.noteAbsent('a', 'refused');
    expect(keys.find('a')).toBe(-1);
    keys.leave(large, 'evicted'); // there is no room to remember both
    expect(keys.idOf('a')).toBe(-1);
  });

  it('agrees with a plain map over random calls, and knows a key by the same number and hash for as long', () => {
    const step = fc.record({ act: fc.constantFrom('find', 'hold', 'leave', 'refuse', 'forget'), key: fc.nat(30) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
        const keys = new KeyTable();
        const held = new Map<string, { slot: number; id: number }>();
        const absent = new Map<string, string>();
        steps.forEach(({ act, key }, at) => {
          const text = `k${key % 7}${'z'.repeat(key)}`;
          const entry = held.get(text);
          if (act === 'hold' && !entry) {
            held.set(text, { slot: at, id: keys.hold(text, at) });
            absent.delete(text);
          } else if (act === 'leave' && entry) {
            keys.leave(entry.id, 'expired');
            held.delete(text);
            absent.set(text, 'expired');
          } else if (act === 'refuse') {
            expect(keys.noteAbsent(text, 'refused') < 0).toBe(entry !== undefined);
            if (!entry) absent.set(text, 'refused');
          } else if (act === 'forget' && key === 0) {
            keys.forgetAbsent();
            absent.clear();
          }
          const id = keys.idOf(text);
          const reason = absent.get(text);
          expect(keys.find(text)).toBe(held.get(text)?.slot ?? -1);
          expect(keys.find(text)).toBe(held.get(text)?.slot ?? -1);
          expect(id >= 0).toBe(held.has(text) || absent.has(text));
          expect(keys.hashOf(text)).toBe(hashKey(text));
          if (reason !== undefined) expect(keys.reasonOf(id)).toBe(reason);
          expect(keys.size).toBe(held.size);
        });
      }),
      { seed: 82, numRuns: 60 },
    );
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
