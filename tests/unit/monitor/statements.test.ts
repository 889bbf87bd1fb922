import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Statements, type StatementRun } from '../../../src/monitor/statements.ts';

function run(fingerprint: string, ms: number, more: Partial<StatementRun> = {}): StatementRun {
  return { fingerprint, text: `text of ${fingerprint}`, hit: false, ms, rows: 1, ...more };
}

describe('Statements', () => {
  it('adds up runs of one fingerprint', () => {
    const statements = new Statements();
    statements.record(run('a', 10, { rows: 5, text: 'first' }));
    statements.record(run('a', 2, { hit: true, rows: 5, text: 'second' }));
    expect(statements.ranking()).toEqual([
      {
        fingerprint: 'a',
        sample: 'first',
        count: 2,
        hits: 1,
        totalMs: 12,
        meanMs: 6,
        p95Ms: expect.any(Number),
        rows: 10,
      },
    ]);
  });

  it('ranks by total time, not by the slowest run', () => {
    const statements = new Statements();
    statements.record(run('slow once', 50));
    for (let index = 0; index < 100; index++) statements.record(run('quick, often', 1));
    statements.record(run('quick, seldom', 1));
    expect(statements.ranking().map((one) => one.fingerprint)).toEqual(['quick, often', 'slow once', 'quick, seldom']);
    expect(statements.ranking(1).length).toBe(1);
  });

  it('stays bounded, and keeps what costs most', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 300, size: 'max' }), (names) => {
        const statements = new Statements(20);
        for (let index = 0; index < 10; index++) statements.record(run(`heavy ${index}`, 1e6 + index));
        for (const name of names) statements.record(run(`light ${name}`, 1));
        expect(statements.size).toBeLessThanOrEqual(20);
        const top = statements.ranking(10).map((one) => one.fingerprint);
        expect(top).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((index) => `heavy ${index}`));
      }),
      { seed: 3, numRuns: 50 },
    );
  });

  it('cuts a huge sample text', () => {
    const statements = new Statements();
    statements.record(run('a', 1, { text: 'x'.repeat(1_000_000) }));
    expect(statements.ranking()[0]?.sample.length).toBe(10_001);
  });

  it('clears', () => {
    const statements = new Statements();
    statements.record(run('a', 1));
    statements.clear();
    expect(statements.ranking()).toEqual([]);
  });
});
