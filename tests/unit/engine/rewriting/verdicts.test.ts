import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Verdicts, VERDICTS_MAX } from '../../../../src/engine/rewriting/verdicts.ts';
import { reportOf } from './support.ts';

const SQL = 'SELECT 1';
const at = (logNumber: number) => ({ historyId: 'h', logNumber });

function verdicts() {
  let now = 0;
  const store = new Verdicts(() => now);
  store.reset(at(0));
  return { store, pass: (ms: number) => (now += ms) };
}

describe('a verdict', () => {
  it('by the schema holds over writes, and goes with the schema or the history', () => {
    const { store } = verdicts();
    store.settle(SQL, reportOf(SQL, 'SELECT 2'));
    store.noteWrite(['t'], 1);
    store.noteWrite(null, 2);
    expect(store.textFor(SQL)).toBe('SELECT 2');
    store.forget();
    expect(store.get(SQL)).toBeUndefined();
    store.settle(SQL, reportOf(SQL, 'SELECT 2'));
    store.reset({ historyId: 'other', logNumber: 0 });
    expect(store.get(SQL)).toBeUndefined();
  });

  it('on rows holds until one of their tables is written, at once', () => {
    const { store } = verdicts();
    store.settle(SQL, reportOf(SQL, 'SELECT 2', { restsOn: ['t', 'u'] }));
    store.noteWrite(['other'], 1);
    expect(store.textFor(SQL)).toBe('SELECT 2');
    store.noteWrite(['u'], 2);
    expect(store.textFor(SQL)).toBeNull();
    expect(store.get(SQL)).toMatchObject({ state: 'stale', reason: expect.stringContaining('t or u was written') });
  });

  it('that comes in after the write was committed does not hold: the fork was behind', () => {
    const { store } = verdicts();
    store.noteWrite(['t'], 5);
    store.settle(SQL, reportOf(SQL, 'SELECT 2', { restsOn: ['t'], version: at(4) }));
    expect(store.textFor(SQL)).toBeNull();
    store.settle(SQL, reportOf(SQL, 'SELECT 2', { restsOn: ['t'], version: at(5) }));
    expect(store.textFor(SQL)).toBe('SELECT 2');
  });

  it('is looked at again after a while, and later each time that it is lost', () => {
    const { store, pass } = verdicts();
    store.settle(SQL, reportOf(SQL, 'SELECT 2', { restsOn: ['t'] }));
    expect(store.isDue(SQL)).toBe(false);
    for (const [log, waitMs] of [
      [1, 250],
      [2, 500],
      [3, 1000],
    ] as const) {
      store.noteWrite(['t'], log);
      expect(store.isDue(SQL)).toBe(false);
      pass(waitMs - 1);
      expect(store.isDue(SQL)).toBe(false);
      pass(1);
      expect(store.isDue(SQL)).toBe(true);
      store.renew(SQL, at(log));
      expect(store.textFor(SQL)).toBe('SELECT 2');
    }
  });

  it('that found nothing is looked at again where its time is felt, and later each time', () => {
    const { store, pass } = verdicts();
    for (const waitMs of [60_000, 120_000, 240_000]) {
      store.settle(SQL, reportOf(SQL, null));
      store.ran(SQL, false, 50);
      pass(waitMs - 1);
      expect(store.isDue(SQL)).toBe(false);
      pass(1);
      expect(store.isDue(SQL)).toBe(true);
      // A quick text has nothing to gain; when its tables have grown it has.
      store.ran(SQL, false, 0.5);
      expect(store.isDue(SQL)).toBe(false);
      store.ran(SQL, false, 50);
      expect(store.isDue(SQL)).toBe(true);
      // It stays the answer until there is another.
      store.begin(SQL, 'running');
      expect(store.get(SQL)).toMatchObject({ state: 'unchanged', reason: 'Runs as typed: no rule applies.' });
    }
  });

  it('that found nothing and is brought back by a reload is not looked at at once', () => {
    const { store, pass } = verdicts();
    store.restore([{ sql: SQL, report: reportOf(SQL, null), heldAt: 0, droppedReason: null }]);
    store.ran(SQL, false, 50);
    expect(store.isDue(SQL)).toBe(false);
    pass(60_000);
    expect(store.isDue(SQL)).toBe(true);
  });

  it('comes with the latest running times alone, however often the text ran before', () => {
    const { store } = verdicts();
    for (let run = 0; run < 1000; run++) store.ran(SQL, false, 900);
    for (let run = 0; run < 7; run++) store.ran(SQL, false, 8);
    store.settle(SQL, reportOf(SQL, 'SELECT 2'));
    expect(store.practice(SQL)).toEqual({ typedMs: 8, rewrittenMs: null });
  });

  it('renewed for a version before the last write is still stale', () => {
    const { store } = verdicts();
    store.settle(SQL, reportOf(SQL, 'SELECT 2', { restsOn: ['t'] }));
    store.noteWrite(['t'], 1);
    store.noteWrite(['t'], 2);
    store.renew(SQL, at(1));
    expect(store.textFor(SQL)).toBeNull();
  });

  it('that is slower in practice is dropped, with the figures', () => {
    const { store } = verdicts();
    store.ran(SQL, false, 8);
    store.settle(SQL, reportOf(SQL, 'SELECT 2'));
    let slower = null;
    for (let run = 0; run < 100 && !slower; run++) {
      const rewritten = store.textFor(SQL) !== null;
      slower = store.ran(SQL, rewritten, rewritten ? 12 : 8);
    }
    expect(slower).toEqual({ typedMs: 8, rewrittenMs: 12, runs: 5 });
    expect(store.textFor(SQL)).toBeNull();
    expect(store.get(SQL)).toMatchObject({
      state: 'dropped',
      reason: expect.stringContaining('slower in practice: 12 ms against 8 ms'),
    });
  });

  it('that is there stays while another proof of the same text is under way', () => {
    const { store } = verdicts();
    store.settle(SQL, reportOf(SQL, 'SELECT 2'));
    store.begin(SQL, 'running');
    expect(store.textFor(SQL)).toBe('SELECT 2');
    store.interrupted(SQL);
    expect(store.textFor(SQL)).toBe('SELECT 2');
    store.begin('SELECT 3', 'running');
    expect(store.get('SELECT 3')).toEqual({ state: 'running' });
    store.interrupted('SELECT 3');
    expect(store.get('SELECT 3')).toBeUndefined();
  });

  it('takes the place of the oldest where there are too many', () => {
    const { store } = verdicts();
    for (let index = 0; index <= VERDICTS_MAX; index++) store.settle(`SELECT ${index}`, reportOf('', null));
    expect(store.get('SELECT 0')).toBeUndefined();
    expect(store.get('SELECT 1')).toBeDefined();
  });

  it('never gives a proved text when a table that it rests on was written since it was seen to hold', () => {
    const tables = ['a', 'b', 'c'];
    const step = fc.oneof(
      fc.record({ kind: fc.constant('write' as const), tables: fc.option(fc.subarray(tables)) }),
      fc.record({ kind: fc.constant('settle' as const), restsOn: fc.subarray(tables), lag: fc.nat(3) }),
      fc.record({ kind: fc.constant('renew' as const), lag: fc.nat(3) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { store } = verdicts();
        const writes: { log: number; tables: string[] | null }[] = [];
        let [log, heldAt, restsOn] = [0, 0, null as string[] | null];
        for (const one of steps) {
          if (one.kind === 'write') {
            writes.push({ log: ++log, tables: one.tables });
            store.noteWrite(one.tables, log);
          } else if (one.kind === 'settle') {
            heldAt = Math.max(0, log - one.lag);
            restsOn = one.restsOn;
            store.settle(SQL, reportOf(SQL, 'SELECT 2', { restsOn, version: at(heldAt) }));
          } else if (restsOn) {
            const seen = Math.max(0, log - one.lag);
            heldAt = Math.max(heldAt, seen);
            store.renew(SQL, at(seen));
          }
          if (!restsOn) continue;
          const rests = restsOn;
          const touched = writes.some(
            (write) =>
              write.log > heldAt && (write.tables === null || write.tables.some((table) => rests.includes(table))),
          );
          const holds = rests.length === 0 || !touched;
          expect(store.textFor(SQL)).toBe(holds ? 'SELECT 2' : null);
        }
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});
