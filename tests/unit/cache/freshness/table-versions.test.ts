import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.ts';
import { Dependents } from '../../../../src/cache/store/dependents.ts';
import { disjoint, type RowKey } from '../../../../src/cache/freshness/row-keys.ts';
import { ROW_WRITES_MAX, TableVersions } from '../../../../src/cache/freshness/table-versions.ts';

const row = (id: number): Map<string, RowKey[]> => new Map([['t', [{ '-1': `n${id}` }]]]);

describe('a result that comes late', () => {
  it('holds behind writes to other rows, not behind one to its own', () => {
    const versions = new TableVersions('h', 1);
    versions.noteWrite(['t'], 2, row(7));
    expect(versions.isCurrentSince(['t'], 1, row(8))).toBe(true);
    expect(versions.isCurrentSince(['t'], 1, row(7))).toBe(false);
    expect(versions.isCurrentSince(['t'], 2, row(7))).toBe(true);
    expect(versions.isCurrentSince(['t'], 1)).toBe(false);
  });

  it('does not hold behind a write to any row, nor behind more writes than are remembered', () => {
    const versions = new TableVersions('h', 1);
    for (let log = 2; log < 2 + ROW_WRITES_MAX; log++) versions.noteWrite(['t'], log, row(7));
    expect(versions.isCurrentSince(['t'], 1, row(8))).toBe(true);
    versions.noteWrite(['t'], 2 + ROW_WRITES_MAX, row(7));
    expect(versions.isCurrentSince(['t'], 1, row(8))).toBe(false);
    expect(versions.isCurrentSince(['t'], 2, row(8))).toBe(true);
    versions.noteWrite(['t'], 99);
    expect(versions.isCurrentSince(['t'], 98, row(8))).toBe(false);
  });
});

describe('another history', () => {
  it('begins without what was written in the former one', () => {
    const versions = new TableVersions('h', 1);
    versions.noteWrite(['t'], 7);
    versions.reset('h2', 3);
    versions.noteWrite(['other'], 4);
    expect([versions.lastWriteOf('t'), versions.isCurrentSince(['t'], 3)]).toEqual([3, true]);
    expect(versions.isCurrentSince(['other'], 3)).toBe(false);
    expect(versions.isCurrent(['t'], { historyId: 'h', logNumber: 9 })).toBe(false);
  });
});

describe('dependents', () => {
  it('are just those that a write may meet, whichever came and went (400 random steps)', () => {
    const random = createRandom(3);
    const dependents = new Dependents();
    const held = new Map<number, RowKey[] | null>();
    const key = (): RowKey => {
      const columns = ['-1', '0', '1'].filter(() => random.below(2) === 0);
      return Object.fromEntries(
        (columns.length > 0 ? columns : ['0']).map((column) => [column, `n${random.below(3)}`]),
      );
    };
    const keys = (): RowKey[] => Array.from({ length: 1 + random.below(2) }, key);
    for (let slot = 0; slot < 400; slot++) {
      const rows = random.below(4) === 0 ? null : keys();
      held.set(slot, rows);
      dependents.add(slot, ['t', 'other'], rows ? new Map([['t', rows]]) : undefined);
      if (random.below(2) === 0) {
        const gone = [...held.keys()][random.below(held.size)];
        held.delete(gone);
        dependents.remove(gone, ['t', 'other']);
      }
      const written = random.below(5) === 0 ? undefined : keys();
      const met = [...held].filter(([, rest]) => !written || !rest || !disjoint(written, rest)).map(([each]) => each);
      expect(dependents.of('t', written).sort((a, b) => a - b)).toEqual(met.sort((a, b) => a - b));
    }
    for (const slot of held.keys()) dependents.remove(slot, ['t', 'other']);
    expect(dependents.of('t')).toEqual([]);
  });

  it('come and go on chains that they share, in any order (600 random steps)', () => {
    const random = createRandom(4);
    const dependents = new Dependents();
    const lists: (readonly string[] | null)[] = [['t'], ['u'], ['t', 'u'], ['t', 't'], ['t'], null, []];
    const held = new Map<number, readonly string[] | null>();
    for (let step = 0; step < 600; step++) {
      const slot = random.below(90);
      if (held.has(slot)) {
        dependents.remove(slot, held.get(slot)!);
        held.delete(slot);
      } else {
        const tables = lists[random.below(lists.length)];
        held.set(slot, tables);
        dependents.add(slot, tables);
      }
      for (const table of ['t', 'u', 'v']) {
        const readers = [...held].filter(([, tables]) => tables?.includes(table) ?? true).map(([each]) => each);
        expect(dependents.of(table).sort((a, b) => a - b)).toEqual(readers.sort((a, b) => a - b));
      }
    }
  });
});
