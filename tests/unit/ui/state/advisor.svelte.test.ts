/** Advice in the page's hands: what it is asked for, how long it holds, what is applied and taken back. */
import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/core/errors.ts';
import { itemsOf, type AdviceItem } from '../../../../src/ui/panels/advisor/advice-items.ts';
import { ADVICE, advisorWith, SQL } from '../advice.ts';

const [first] = itemsOf(ADVICE) as Extract<AdviceItem, { kind: 'index' }>[];

beforeEach(() => localStorage.clear());

describe('what is asked', () => {
  it('is what was seen, and as many bytes as the data, until somebody chooses', async () => {
    const { advisor, start } = advisorWith();
    await advisor.advise();
    const asked = { statements: null, budgetBytes: null, withRewrites: true };
    expect(start).toHaveBeenCalledWith('adviseWorkload', asked, expect.anything());
    advisor.budgetBytes = 8192;
    await advisor.advise();
    expect(start).toHaveBeenLastCalledWith('adviseWorkload', { ...asked, budgetBytes: 8192 }, expect.anything());
  });

  it('is of a text what can be read; the rest is told', async () => {
    const { advisor, start, call } = advisorWith();
    advisor.source = 'text';
    advisor.text = `${SQL}; nonsense`;
    call.describe.mockResolvedValue([
      { start: 0, sql: SQL, classification: { kind: 'read', parameters: [] }, error: null },
      { start: SQL.length + 2, sql: 'nonsense', classification: null, error: { message: 'syntax error' } },
    ]);
    await advisor.advise();
    expect(start.mock.lastCall?.[1]).toMatchObject({ statements: [{ sql: SQL }] });
    expect(advisor.leftOut).toEqual([{ line: 1, sql: 'nonsense', why: 'syntax error.' }]);
    advisor.text = SQL;
    expect(advisor.leftOut).toEqual([]);
  });
});

describe('how long it holds', () => {
  it('is older than the data after a write of another, not after what it advised itself', async () => {
    const { advisor, write } = advisorWith();
    await advisor.advise();
    await advisor.apply(first.title, first.change);
    expect(advisor.isOlder).toBe(false);
    write();
    expect(advisor.isOlder).toBe(true);
    expect(advisor.advice).toBe(ADVICE);
  });

  it('is withdrawn by a change of the schema, not by an index of its own', async () => {
    const { advisor, indexes } = advisorWith();
    await advisor.advise();
    indexes.push({ name: 't_b', unique: false, columns: ['b'], sql: 'CREATE INDEX t_b ON t(b)' });
    expect(advisor.isWithdrawn).toBe(false);
    indexes.push({ name: 'mine', unique: false, columns: ['a'], sql: 'CREATE INDEX mine ON t(a)' });
    expect(advisor.isWithdrawn).toBe(true);
    expect(advisor.advice).toBeNull();
  });

  it('stays on screen when the next is cancelled or fails', async () => {
    const answers = [
      () => Promise.resolve(ADVICE),
      () => Promise.reject(new AppError('cancelled', 'The advice was stopped.')),
      () => Promise.reject(new AppError('no-statements', 'There is no query.')),
    ];
    const { advisor } = advisorWith(() => answers.shift()!());
    await advisor.advise();
    await advisor.advise();
    expect([advisor.problem, advisor.advice, advisor.busy]).toEqual([null, ADVICE, false]);
    await advisor.advise();
    expect([advisor.problem, advisor.advice]).toEqual(['There is no query.', ADVICE]);
  });
});

describe('a change', () => {
  it('is applied, asked for in the plans, and taken back', async () => {
    const { advisor, runAside } = advisorWith();
    await advisor.advise();
    await advisor.apply(first.title, first.change, first.statements);
    expect(advisor.applied).toMatchObject([{ title: 't (c)', used: { plans: 1, of: 1 } }]);
    await advisor.undo(advisor.applied[0]);
    expect(advisor.applied).toEqual([]);
    expect(runAside.mock.calls.flat()).toEqual(['CREATE INDEX t_c ON t(c);', 'DROP INDEX IF EXISTS "t_c";']);
    expect(advisor.isOlder).toBe(false);
  });

  it('is no longer told of when somebody else drops the index, or opens another history', async () => {
    const { advisor, indexes, database } = advisorWith();
    await advisor.apply(first.title, first.change);
    const [made] = indexes.splice(0);
    expect(advisor.applied).toEqual([]);
    indexes.push(made);
    database.version = { historyId: 'other', logNumber: 9 };
    expect(advisor.applied).toEqual([]);
  });

  it('that is refused says why, and is not applied', async () => {
    const { advisor } = advisorWith();
    expect(await advisor.apply('x', { ...first.change, sql: 'NOT SQL' })).toBe(false);
    expect(advisor.refusal('NOT SQL')).toBe('Not expected: NOT SQL');
    expect(advisor.applied).toEqual([]);
  });

  it('that is ignored stays ignored on the next visit', () => {
    const { advisor } = advisorWith();
    advisor.ignore(first.id);
    expect([...advisorWith().advisor.ignored]).toEqual([first.id]);
    advisor.heed(first.id);
    expect(advisorWith().advisor.ignored.size).toBe(0);
  });
});
