/** In which order sequences of rules are tried, what bounds them, and what is told meanwhile. Planted rules on a real database. */
import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { Optimizer } from '../../../src/optimizer/optimize.ts';
import type { Proposal } from '../../../src/optimizer/proposals.ts';
import type { OptimizeProgress } from '../../../src/optimizer/protocol.ts';
import type { Precondition, Rule } from '../../../src/optimizer/rules/rule.ts';
import { ranked, type Tried } from '../../../src/optimizer/search.ts';
import { loadReader } from '../../../src/sql/parse/readers.ts';
import { printSelect } from '../../../src/sql/print.ts';
import { sandboxWith } from './sandbox.ts';

const read = await loadReader();
const SET_UP = `
  CREATE TABLE t(id INTEGER PRIMARY KEY, v INTEGER, w INTEGER);
  CREATE INDEX t_v ON t(v);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO t SELECT i, i % 50, i FROM n;`;
const sandbox = sandboxWith(SET_UP);
const optimizer = new Optimizer(sandbox, read);

const COUNT = 'SELECT (SELECT count(*) FROM t WHERE v > 5) > 0 AS x';
const AT_LEAST_ONE = 'SELECT (SELECT count(*) FROM t WHERE v > 5) >= 1 AS x';
const EXISTS = 'SELECT EXISTS (SELECT 1 FROM t WHERE v > 5) AS x';
type Id = 'count-to-exists' | 'or-to-union' | 'in-subquery' | 'join-order';

/** A rule that knows what to make of certain texts, and of no other; it notes what it is asked. */
function knows(
  id: Id,
  texts: Record<string, string>,
  asked: string[] = [],
  preconditions: readonly Precondition[] = [],
): Rule {
  return {
    id,
    apply(query) {
      const text = printSelect(query);
      asked.push(text);
      const to = texts[text];
      if (to === undefined) return [];
      const result = read(to);
      if (!result.ok) throw new Error(result.reason);
      return [{ select: result.select, preconditions, note: `to ${to}` }];
    },
  };
}

function told(sql: string, rules: readonly Rule[], options: { fastEnoughMs?: number } = {}) {
  const events: OptimizeProgress[] = [];
  const steps = optimizer.steps(sql, [], { budgetMs: 60_000, rules, ...options });
  for (;;) {
    const step = steps.next();
    if (step.done) return { events, report: step.value };
    events.push(step.value);
  }
}

describe('the search', () => {
  it('finds what takes two rules, the first of which gains nothing by itself', () => {
    const { report } = told(COUNT, [
      knows('count-to-exists', { [AT_LEAST_ONE]: EXISTS }),
      knows('or-to-union', { [COUNT]: AT_LEAST_ONE }),
    ]);
    expect(report.provedSql).toBe(EXISTS);
    expect(report.ruleIds).toEqual(['or-to-union', 'count-to-exists']);
    expect(report.chosen?.trial?.steps).toBeLessThan(50);
  });

  it('lets a sequence rest on all that any of its rules needs', () => {
    const claims: Precondition[] = [
      { claim: 't.w is never NULL', by: 'rows', table: 't', holds: 'w IS NOT NULL' },
      { claim: 't.id is a key', by: 'schema' },
    ];
    const chain = (first: readonly Precondition[], second: readonly Precondition[]) =>
      told(COUNT, [
        knows('or-to-union', { [COUNT]: AT_LEAST_ONE }, [], first),
        knows('count-to-exists', { [AT_LEAST_ONE]: EXISTS }, [], second),
      ]).report.chosen;
    expect(chain([claims[0]], [claims[1]])).toMatchObject({ restsOn: ['t'], grade: 'data', preconditions: claims });
    expect(chain([claims[1]], [])).toMatchObject({ restsOn: [], grade: 'schema' });
    // What does not hold of the first step's rows refuses the second too.
    const refused = chain([{ claim: 't.v is 1', by: 'rows', table: 't', holds: 'v = 1' }], []);
    expect(refused).toBeNull();
  });

  it('builds upon the proposal of the fewest steps first', () => {
    const slow = 'SELECT (SELECT count(*) FROM t WHERE v = 7 AND w > 0) > 0 AS x';
    const middle = 'SELECT (SELECT count(*) FROM t WHERE v = 7 AND id < 3000) > 0 AS x';
    const asked: string[] = [];
    told(COUNT, [
      knows('count-to-exists', { [COUNT]: slow }),
      knows('or-to-union', { [COUNT]: EXISTS }),
      knows('in-subquery', { [COUNT]: middle }),
      knows('join-order', {}, asked),
    ]);
    // The text as typed, then 20, about 200 and about 1,000 steps.
    expect(asked).toEqual([COUNT, EXISTS, middle, slow]);
  });

  it('does not try the same program twice, nor one that SQLite makes of the original', () => {
    const sql = 'SELECT id FROM t WHERE v = 7 OR v = 8';
    const { events, report } = told(sql, [
      knows('count-to-exists', { [sql]: 'SELECT id FROM t WHERE v IN (7, 8)' }),
      knows('or-to-union', { [sql]: 'SELECT id FROM t WHERE w = 7' }),
      knows('in-subquery', { [sql]: 'SELECT t.id FROM t WHERE t.w = 7' }),
    ]);
    expect(events.filter(({ stage }) => stage === 'tried')).toHaveLength(2);
    expect(report.attempts.find(({ ruleId }) => ruleId === 'count-to-exists')?.reason).toContain('does this itself');
    expect(report.attempts.some(({ ruleId, rewrittenSql }) => ruleId === 'in-subquery' && rewrittenSql !== null)).toBe(
      false,
    );
  });

  it('ends where rules could go on for ever', () => {
    // Each rule adds a condition to whatever it is given: sequences grow without end, but for the bound.
    const adds = (id: Id, condition: string): Rule => ({
      id,
      apply(query) {
        const result = read(`${printSelect(query)} AND ${condition}`);
        return result.ok ? [{ select: result.select, preconditions: [], note: condition }] : [];
      },
    });
    const rules = ['count-to-exists', 'or-to-union', 'in-subquery', 'star-to-columns', 'where-index', 'limit-rows'].map(
      (id, index) => adds(id as Id, `w > -${index + 1}`),
    );
    const { events } = told('SELECT count(*) AS n FROM t WHERE v >= 0', rules);
    const tried = events.flatMap((one) => (one.stage === 'tried' ? [one.ruleIds] : []));
    expect(Math.max(...tried.map(({ length }) => length))).toBeLessThanOrEqual(4);
    expect(tried.length).toBeLessThanOrEqual(6 + 12 * 6);
    for (const ruleIds of tried) expect(new Set(ruleIds).size).toBe(ruleIds.length);
  });

  it('leaves alone what is fast already', () => {
    const { events, report } = told(COUNT, [knows('or-to-union', { [COUNT]: EXISTS })], { fastEnoughMs: 1e9 });
    expect(report.unchangedReason).toMatch(/^Runs as typed: it takes only .* ms/);
    expect(report.attempts.map(({ outcome }) => outcome)).toEqual(['not-tried']);
    expect(events.map(({ stage }) => stage)).toEqual(['proposed', 'decided']);
  });

  it('runs nothing where the rows show that the result is not determined', () => {
    const real = sandboxWith(`CREATE TABLE r(id INTEGER PRIMARY KEY, x NUMERIC);
      INSERT INTO r VALUES (1, 1), (2, 0.1), (3, 0.2);`);
    const ran = vi.spyOn(real, 'run');
    const sql = 'SELECT sum(x) AS s FROM r WHERE id > 0';
    const rules = [knows('or-to-union', { [sql]: 'SELECT sum(x) AS s FROM r WHERE id >= 1' })];
    const report = new Optimizer(real, read).optimize(sql, [], { budgetMs: 60_000, rules });
    expect(report.attempts.map(({ outcome }) => outcome)).toEqual(['refused']);
    expect(report.attempts[0]?.reason).toContain('r has a row with id = 2, x = 0.1');
    expect(ran.mock.calls.filter(([text]) => text.includes('sum(x)'))).toEqual([]);
    real.close();
  });

  it('gives a proposal that misses a short limit a second run, and one that misses a long limit none', () => {
    // Of microseconds, and of some hundred milliseconds.
    const quick = 'SELECT (SELECT count(*) FROM t WHERE id < 9) > 0 AS x';
    const slow =
      'SELECT (SELECT count(*) FROM t AS a, t AS b WHERE a.v = 0 AND b.id < 8000 AND a.w + b.w > 0) > 0 AS x';
    for (const [sql, runs] of [
      [quick, 2],
      [slow, 1],
    ] as const) {
      const missed: number[] = [];
      const own = sandboxWith(SET_UP);
      const run = own.run.bind(own);
      vi.spyOn(own, 'run').mockImplementation((text, parameters, deadlineMs) => {
        if (text !== EXISTS || missed.length >= runs) return run(text, parameters, deadlineMs);
        missed.push(deadlineMs ?? 0);
        throw new AppError('deadline', 'Too late.');
      });
      const rules = [knows('or-to-union', { [sql]: EXISTS })];
      const report = new Optimizer(own, read).optimize(sql, [], { budgetMs: 60_000, rules });
      expect(missed.length).toBe(runs);
      expect(report.attempts[0]?.reason).toMatch(/^Not taken further: one run was stopped after/);
      own.close();
    }
  });

  it('makes no more of a proposal once its time is over', () => {
    const own = sandboxWith(SET_UP);
    const now = own.nowMs.bind(own);
    let lateMs = 0;
    vi.spyOn(own, 'nowMs').mockImplementation(() => now() + lateMs);
    // What a long text takes: the first of many rewrites is made when the time for trials has passed.
    const many: Rule = {
      id: 'in-subquery',
      apply(query) {
        if (printSelect(query) !== AT_LEAST_ONE) return [];
        lateMs = 50_000;
        return Array.from({ length: 30 }, (_, index) => {
          const result = read(`SELECT (SELECT count(*) FROM t WHERE v > 5 AND w > -${index}) >= 1 AS x`);
          if (!result.ok) throw new Error(result.reason);
          return { select: result.select, preconditions: [], note: `to ${index}` };
        });
      },
    };
    const asked: string[] = [];
    const rules = [knows('or-to-union', { [COUNT]: AT_LEAST_ONE }), many, knows('count-to-exists', {}, asked)];
    const report = new Optimizer(own, read).optimize(COUNT, [], { budgetMs: 60_000, rules });
    expect(report.attempts.filter(({ ruleIds }) => ruleIds.length === 2)).toHaveLength(1);
    expect(asked).toEqual([COUNT]);
    own.close();
  });

  it('tells the suggestion first, then each guard, then the decision', () => {
    const { events, report } = told(COUNT, [knows('or-to-union', { [COUNT]: EXISTS })]);
    expect(events.map((one) => (one.stage === 'guard' ? one.verdict.guard : one.stage))).toEqual([
      'proposed',
      'tried',
      'round-trip',
      'reparse',
      'preconditions',
      'small-worlds',
      'this-data',
      'faster',
      'decided',
    ]);
    const [first] = events;
    expect(first).toMatchObject({ stage: 'proposed', attempts: [{ rewrittenSql: EXISTS, outcome: 'proposed' }] });
    expect(report.chosen).toMatchObject({ grade: 'worlds', outcome: 'proved', restsOn: [] });
    expect(report.analysisMs).toBeLessThanOrEqual(report.elapsedMs);
  });
});

describe('the order of the proofs', () => {
  const tried = (name: string, ms: number | null, steps: number | null, sameProgram = false): Tried => ({
    proposal: { ruleIds: [name], expectedGain: 1, sameProgram } as unknown as Proposal,
    trial: ms === null ? null : { ms, steps },
    stopped: ms === null ? 'one run was stopped' : null,
  });
  const namesOf = (some: readonly Tried[]): (string | undefined)[] => some.map(({ proposal }) => proposal.ruleIds[0]);

  it('goes by steps, and leaves out what gained neither steps nor time', () => {
    const all = [
      tried('a', 8, 900),
      tried('b', 5, 500),
      tried('c', 6, 100),
      tried('d', 12, 1000),
      tried('e', null, null),
    ];
    const { worth, not } = ranked(all, { ms: 10, steps: 1000 });
    expect(namesOf(worth)).toEqual(['c', 'b', 'a']);
    expect(not.map(({ one }) => namesOf([one])[0])).toEqual(['d', 'e']);
  });

  it('puts first what is twice as quick: steps do not see a covering index', () => {
    const { worth } = ranked([tried('few steps', 8, 800), tried('covering', 0.5, 990)], { ms: 9, steps: 1000 });
    expect(namesOf(worth)).toEqual(['covering', 'few steps']);
  });

  it('goes by time where steps are not counted', () => {
    const { worth } = ranked([tried('a', 8, null), tried('b', 2, null), tried('c', 3, null)], { ms: 10, steps: null });
    expect(namesOf(worth)).toEqual(['b', 'c', 'a']);
  });

  it('says of an equal program that SQLite does this itself', () => {
    const { worth, not } = ranked([tried('a', 1, 10, true)], { ms: 10, steps: 1000 });
    expect(worth).toEqual([]);
    expect(not[0]?.reason).toContain('does this itself');
  });
});
