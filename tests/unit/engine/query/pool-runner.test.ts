import { expect, it } from 'vitest';
import type { DatabaseFleet } from '../../../../src/engine/data/database-fleet.ts';
import type { Assignment, DatabaseWorker } from '../../../../src/engine/data/database-worker.ts';
import { PoolRunner } from '../../../../src/engine/query/pool-runner.ts';
import type { Dispatcher, Submission } from '../../../../src/pool/dispatcher.ts';

/** A run that never answers, stopped by `status`: how long the pool waits for it, and how long its worker has from then on. */
async function stopped(status: 'deadline' | 'cancelled'): Promise<[number | null, number[]]> {
  let submitted: Submission | null = null;
  let assigned: Assignment | null = null;
  const graces: number[] = [];
  const dispatcher = {
    nextJob: 0,
    submit: (submission: Submission) => ((submitted = submission), 0),
    explainLastPick: () => '',
  };
  const fleet = {
    assign: (_job: number, assignment: Assignment) => (assigned = assignment),
    forget: () => {},
    worker: () => ({ cancelCell: null }),
  };
  const scheduler = { nowMs: () => 0, after: (delayMs: number) => void graces.push(delayMs), cancel: () => {} };
  const runner = new PoolRunner(
    dispatcher as unknown as Dispatcher,
    fleet as unknown as DatabaseFleet,
    () => scheduler,
  );
  const answer = runner.run({
    label: 'endless',
    retryable: true,
    onPrimary: false,
    deadlineMs: 1000,
    signal: null,
    send: () => new Promise(() => {}),
  });
  void assigned!.run({ index: 3, cancelCell: null } as unknown as DatabaseWorker);
  runner.settled(0, status, 3, 1, 0, 0);
  await expect(answer).rejects.toMatchObject({ code: status });
  return [submitted!.deadlineMs, graces];
}

it('a worker has 250 ms to stop a run: since its deadline, or since it was cancelled', async () => {
  const [untilMs, [graceMs]] = await stopped('deadline');
  expect(untilMs! - 1000 + graceMs).toBe(250);
  expect(graceMs).toBeGreaterThan(0);
  expect((await stopped('cancelled'))[1]).toEqual([250]);
});
