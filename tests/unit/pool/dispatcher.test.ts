import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/core/random.ts';
import { createRig, type Rig } from './rig.ts';

function stateOf(rig: Rig, worker: number): string {
  return rig.dispatcher.reports().find((report) => report.worker === worker)!.state;
}

describe('queues', () => {
  it('shared: the oldest job goes to whoever is free', () => {
    const rig = createRig();
    rig.ready(2);
    for (let job = 0; job < 4; job++) rig.submit();
    expect(rig.log).toEqual(['send w0 j0', 'send w1 j1']);
    rig.clock.nowMs = 10;
    rig.done(1);
    expect(rig.log.slice(2)).toEqual(['send w1 j2', 'j1 done w1']);
    expect(rig.dispatcher.explainLastPick()).toBe('Shared queue: w1 was the first to be free');
    rig.clock.nowMs = 14;
    rig.done(1);
    expect(rig.settled.get(2)).toEqual({ status: 'done', worker: 1, attempts: 1, waitMs: 10, serviceMs: 4 });
  });

  it('per worker: a job stays where the picker put it', () => {
    const rig = createRig({ pool: { queueMode: 'per-worker' } });
    rig.ready(2);
    for (let job = 0; job < 4; job++) rig.submit();
    expect(rig.dispatcher.explainLastPick()).toBe('Round robin: w1, the next after w0');
    rig.done(1);
    rig.done(1);
    expect(rig.log).toEqual(['send w0 j0', 'send w1 j1', 'send w1 j3', 'j1 done w1', 'j3 done w1']);
    expect(rig.dispatcher.waitingAt(0)).toBe(1);
  });

  it('refuses what would wait beyond the bound, but not what can run', () => {
    const rig = createRig({ pool: { queueDepthMax: 1 } });
    rig.ready(1);
    expect([rig.submit(), rig.submit(), rig.submit()]).toEqual([0, 1, 'queue-full']);
    expect(rig.dispatcher.totals()).toMatchObject({ submitted: 2, refused: 1, waiting: 1, running: 1 });
  });

  it('tells the next index before the job is sent, also when the table must grow', () => {
    const rig = createRig({ pool: { queueDepthMax: 5_000 } });
    rig.ready(1);
    for (let job = 0; job < 3_000; job++) {
      const next = rig.dispatcher.nextJob;
      if (rig.submit() !== next) expect.fail(`job ${job} was promised ${next}`);
    }
    for (let job = 0; job < 3_000; job++) rig.done(0);
    expect(rig.dispatcher.totals()).toMatchObject({ done: 3_000, waiting: 0, running: 0 });
  });

  it('lets pinned jobs wait for their worker, in the order of arrival', () => {
    const rig = createRig();
    rig.ready(2);
    rig.submit({ pinned: 1 });
    rig.submit();
    rig.clock.nowMs = 1;
    rig.submit({ pinned: 1 });
    rig.clock.nowMs = 2;
    rig.submit();
    rig.done(1);
    expect(rig.log).toEqual(['send w1 j0', 'send w0 j1', 'send w1 j2', 'j0 done w1']);
    expect(rig.dispatcher.explainLastPick()).toBe('Pinned: only w1 may run this');
    expect(rig.submit({ pinned: 5 })).toBe('worker-unavailable');
  });

  it('keeps jobs that come before any worker is ready', () => {
    const rig = createRig({ pool: { queueMode: 'per-worker' } });
    rig.submit();
    rig.ready(1);
    expect(rig.runningOn(0)).toBe(0);
  });

  it('runs several jobs at a time on a worker when told so', () => {
    const rig = createRig({ pool: { concurrency: 2 } });
    rig.ready(1);
    for (let job = 0; job < 3; job++) rig.submit();
    expect(rig.dispatcher.reports()[0]).toMatchObject({ running: 2, outstanding: 2, currentJob: 0 });
    expect(rig.dispatcher.waiting).toBe(1);
  });
});

describe('deadline and cancel', () => {
  it('fails a waiting job, and a running one while its worker stays busy', () => {
    const rig = createRig();
    rig.ready(1);
    rig.submit({ deadlineMs: 50 });
    rig.submit({ deadlineMs: 20 });
    rig.passMs(20);
    expect(rig.settled.get(1)).toMatchObject({ status: 'deadline', worker: -1, waitMs: 20, serviceMs: 0 });
    rig.passMs(30);
    expect(rig.settled.get(0)).toMatchObject({ status: 'deadline', worker: 0, waitMs: 0, serviceMs: 50 });
    expect(rig.submit()).not.toBe(0); // the slot is still taken by the run
    expect(rig.dispatcher.waiting).toBe(1);
    rig.dispatcher.onDone(0, 0, 'query-error', 50);
    expect(rig.dispatcher.totals()).toMatchObject({ deadline: 2, done: 0, waiting: 0, running: 1 });
  });

  it('settles a job once, whatever comes later', () => {
    const rig = createRig();
    rig.ready(1);
    rig.submit({ deadlineMs: 10 });
    rig.submit();
    expect(rig.dispatcher.cancel(1)).toBe(true);
    expect(rig.dispatcher.cancel(1)).toBe(false);
    expect(rig.dispatcher.cancel(0)).toBe(true);
    rig.passMs(100);
    rig.dispatcher.kill(0, 'did not stop');
    expect(rig.log.filter((line) => line.startsWith('j'))).toEqual(['j1 cancelled w-1', 'j0 cancelled w0']);
  });

  it('frees each slot once when the callback itself kills the worker', () => {
    const rig = createRig();
    rig.ready(2);
    rig.submit();
    rig.dispatcher.cancel(0);
    rig.dispatcher.kill(0, 'test');
    const jobs = [rig.submit(), rig.submit(), rig.submit()];
    expect(new Set(jobs).size).toBe(3);
  });
});

describe('failures', () => {
  it('retries a read once elsewhere, then gives up', () => {
    const rig = createRig();
    rig.ready(3);
    rig.submit();
    rig.done(0, 'worker-failure');
    rig.done(1, 'worker-failure');
    expect(rig.log).toEqual(['send w0 j0', 'send w1 j0', 'j0 failed w1']);
    expect(rig.settled.get(0)).toMatchObject({ attempts: 2 });
  });

  it('does not give a retried job back to the worker that failed it, while another can take it', () => {
    const rig = createRig();
    rig.ready(2);
    rig.submit();
    rig.submit();
    rig.submit();
    rig.done(0, 'worker-failure'); // w1 is busy: j0 waits at the front, w0 takes j2
    expect(rig.runningOn(0)).toBe(2);
    rig.done(1);
    expect(rig.runningOn(1)).toBe(0);
  });

  it('takes a query error for an answer', () => {
    const rig = createRig({ balancer: { ejectAfterErrors: 1 } });
    rig.ready(2);
    rig.submit();
    rig.done(0, 'query-error');
    expect(rig.settled.get(0)).toMatchObject({ status: 'done', attempts: 1 });
    expect(rig.dispatcher.reports()[0]).toMatchObject({ state: 'ready', queryErrors: 1, failures: 0 });
  });

  it('moves reads of a lost worker, oldest first, and reports pinned ones as lost', () => {
    const rig = createRig({ pool: { queueMode: 'per-worker' } });
    rig.ready(2);
    rig.submit(); // j0 runs on w0
    rig.submit(); // j1 runs on w1
    rig.submit(); // j2 waits at w0
    rig.submit({ pinned: 0 }); // j3 waits at w0
    rig.log.length = 0;
    rig.dispatcher.onLost(0, 'crashed');
    expect(rig.log).toEqual(['w0 lost', 'j3 lost w-1']);
    rig.done(1);
    rig.done(1);
    rig.done(1);
    expect(rig.log.slice(2)).toEqual(['send w1 j0', 'j1 done w1', 'send w1 j2', 'j0 done w1', 'j2 done w1']);
    expect(rig.dispatcher.totals()).toMatchObject({ done: 3, lost: 1, retried: 1 });
  });

  it('never sends a write twice', () => {
    const rig = createRig();
    rig.ready(2);
    rig.submit({ pinned: 0, retryable: true });
    rig.dispatcher.onLost(0, 'crashed');
    expect(rig.settled.get(0)).toMatchObject({ status: 'lost', worker: 0, attempts: 1 });
  });

  it('ignores answers that come too late', () => {
    const rig = createRig();
    rig.ready(2);
    rig.submit();
    rig.dispatcher.kill(0, 'test');
    rig.dispatcher.onDone(0, 0, 'ok', 1);
    rig.dispatcher.onLost(0, 'again');
    expect(rig.settled.size).toBe(0);
    rig.done(1);
    expect(rig.settled.get(0)).toMatchObject({ status: 'done', worker: 1 });
  });
});

describe('health', () => {
  it('ejects after failures in a row, longer each time, and readmits', () => {
    const rig = createRig({ balancer: { ejectAfterErrors: 2, ejectBaseMs: 1_000 } });
    rig.ready(2);
    const failTwice = (): void => {
      for (let failure = 0; failure < 2; failure++) {
        rig.submit({ pinned: 0 });
        rig.done(0, 'worker-failure');
      }
    };
    failTwice();
    expect(stateOf(rig, 0)).toBe('ejected');
    rig.submit();
    rig.submit();
    expect(rig.runningOn(1)).toBe(rig.dispatcher.reports()[1].currentJob);
    expect(rig.dispatcher.waiting).toBe(1);
    rig.passMs(999);
    expect(stateOf(rig, 0)).toBe('ejected');
    rig.passMs(101);
    expect(stateOf(rig, 0)).toBe('ready');
    expect(rig.dispatcher.waiting).toBe(0);
    rig.done(0);
    failTwice();
    rig.passMs(1_900);
    expect(stateOf(rig, 0)).toBe('ejected'); // the second time it lasts 2 s
    rig.passMs(200);
    expect(stateOf(rig, 0)).toBe('ready');
  });

  it('never ejects more than the share allows', () => {
    const rig = createRig({ balancer: { ejectAfterErrors: 1, maxEjectedShare: 0.5 } });
    rig.ready(3); // half of 3, rounded down: one
    for (const worker of [0, 1, 2]) {
      rig.submit({ pinned: worker });
      rig.done(worker, 'worker-failure');
    }
    expect([0, 1, 2].map((worker) => stateOf(rig, worker))).toEqual(['ejected', 'ready', 'ready']);
    expect(rig.dispatcher.totals().ejections).toBe(1);
  });

  it('ejects an idle worker that is silent, gives it up after three times as long, and lets a busy one work', () => {
    const rig = createRig({ pool: { heartbeatTimeoutMs: 1_000 }, balancer: { maxEjectedShare: 1 } });
    rig.ready(2);
    rig.submit(); // w0 is busy throughout
    rig.passMs(1_150);
    expect([stateOf(rig, 0), stateOf(rig, 1)]).toEqual(['ready', 'ejected']);
    rig.passMs(2_000);
    expect(rig.log.filter((line) => !line.startsWith('send'))).toEqual(['w1 ejected', 'kill w1', 'w1 lost']);
    expect(stateOf(rig, 0)).toBe('ready');
  });

  it('keeps a worker that shows signs of life', () => {
    const rig = createRig({ pool: { heartbeatTimeoutMs: 1_000 } });
    rig.ready(1);
    for (let beat = 0; beat < 10; beat++) {
      rig.passMs(900);
      rig.dispatcher.onHeartbeat(0);
    }
    expect(stateOf(rig, 0)).toBe('ready');
  });
});

describe('draining', () => {
  it('finishes what it has, passes on what may run elsewhere, then leaves', () => {
    const rig = createRig({ pool: { queueMode: 'per-worker' } });
    rig.ready(2);
    rig.submit(); // j0 at w0
    rig.submit(); // j1 at w1
    rig.submit(); // j2 waits at w0
    rig.submit({ pinned: 0 }); // j3 waits at w0
    rig.log.length = 0;
    rig.dispatcher.drain(0);
    expect(rig.dispatcher.waitingAt(1)).toBe(1);
    expect(rig.submit({ pinned: 0 })).toBe('worker-unavailable');
    rig.submit();
    rig.done(0);
    rig.done(0);
    expect(rig.log).toEqual(['w0 draining', 'send w0 j3', 'j0 done w0', 'drain w0', 'w0 absent', 'j3 done w0']);
    expect(rig.dispatcher.reports().map((report) => report.worker)).toEqual([1]);
  });

  it('leaves at once when idle, and its slot may be used again', () => {
    const rig = createRig();
    rig.ready(1);
    rig.dispatcher.drain(0);
    expect(rig.log).toEqual(['w0 draining', 'drain w0', 'w0 absent']);
    rig.ready(1);
    rig.submit();
    expect(rig.runningOn(0)).toBe(0);
  });
});

describe('in any storm', () => {
  it.each(['shared', 'per-worker'] as const)('%s: every job is settled exactly once, and the counts add up', (mode) => {
    const random = createRandom(mode);
    const rig = createRig({
      pool: { queueMode: mode, queueDepthMax: 20 },
      balancer: { picker: 'p2c', ejectAfterErrors: 2, ejectBaseMs: 50 },
    });
    rig.ready(4);
    const outcomes = ['ok', 'ok', 'query-error', 'worker-failure'] as const;
    let told = 0;
    for (let step = 0; step < 4_000; step++) {
      const worker = random.below(8);
      const runs = rig.dispatcher.workers.running[worker] > 0;
      const what = random.below(100);
      if (what < 50) {
        const pinned = random.below(10) === 0 ? worker : -1;
        rig.submit({ pinned, deadlineMs: random.below(4) === 0 ? 30 : null });
      } else if (what < 80) {
        if (runs) rig.done(worker, outcomes[random.below(4)]);
      } else if (what < 83) {
        if (runs) rig.dispatcher.cancel(rig.runningOn(worker));
      } else if (what < 85) rig.dispatcher.kill(worker, 'storm');
      else if (what < 87) rig.dispatcher.drain(worker);
      else if (what < 92) {
        const started = rig.dispatcher.start();
        if (started !== -1) rig.dispatcher.onReady(started);
      } else rig.passMs(random.below(30));

      told += rig.log.filter((line) => line.startsWith('j')).length;
      rig.log.length = 0;
      const totals = rig.dispatcher.totals();
      const settled = totals.done + totals.failed + totals.deadline + totals.lost + totals.cancelled;
      if (totals.submitted !== settled + totals.waiting + totals.running || settled !== told) {
        expect.fail(`step ${step}: ${JSON.stringify(totals)}, told ${told}`);
      }
    }
    expect(rig.dispatcher.totals().submitted).toBeGreaterThan(500);
    expect(rig.dispatcher.totals().retried).toBeGreaterThan(10);
  });
});

describe('small reads', () => {
  const small = { small: true };

  it('that wait stand behind each other at their worker, a few of them, while time counts once', () => {
    const rig = createRig();
    rig.ready(1);
    for (let job = 0; job < 7; job++) rig.submit(small);
    expect(rig.log).toEqual(['send w0 j0']);
    rig.clock.nowMs = 10;
    rig.answer(0, 0);
    expect(rig.log.slice(1)).toEqual(['send w0 j1', 'send w0 j2', 'send w0 j3', 'send w0 j4', 'j0 done w0']);
    expect(rig.dispatcher.reports()[0]).toMatchObject({ running: 4, outstanding: 4, currentJob: 1 });
    rig.clock.nowMs = 12;
    rig.answer(0, 1);
    expect(rig.log.slice(6)).toEqual(['send w0 j5', 'j1 done w0']);
    expect(rig.settled.get(1)).toMatchObject({ waitMs: 10, serviceMs: 2 });
    expect(rig.dispatcher.workers.occupiedMs(0, 20)).toBe(20);
    for (const job of [2, 3, 4, 5, 6]) rig.answer(0, job);
    expect(rig.dispatcher.totals()).toMatchObject({ done: 7, waiting: 0, running: 0 });
  });

  it('stand neither behind anything else, nor anything else behind them, nor overtake it', () => {
    const rig = createRig();
    rig.ready(1);
    for (const each of [small, small, {}, small, small]) rig.submit(each);
    rig.answer(0, 0);
    rig.answer(0, 1);
    rig.answer(0, 2);
    expect(rig.log).toEqual([
      'send w0 j0',
      ...['send w0 j1', 'j0 done w0'],
      ...['send w0 j2', 'j1 done w0'],
      ...['send w0 j3', 'send w0 j4', 'j2 done w0'],
    ]);
    // A write is never one of them, whatever it is said to be.
    rig.submit({ ...small, pinned: 0 });
    rig.answer(0, 3);
    expect(rig.dispatcher.reports()[0]).toMatchObject({ running: 1, waiting: 1 });
  });

  it('are left to other workers when there are not more of them than workers', () => {
    const rig = createRig();
    rig.ready(3);
    for (let job = 0; job < 6; job++) rig.submit(small);
    rig.answer(1, 1);
    expect(rig.log.slice(3)).toEqual(['send w1 j3', 'j1 done w1']);
    rig.answer(0, 0);
    rig.answer(2, 2);
    expect(rig.log.filter((line) => line.startsWith('send')).slice(3)).toEqual([
      'send w1 j3',
      'send w0 j4',
      'send w2 j5',
    ]);
  });

  it('go to another worker, the oldest first, when theirs is lost, and may be given up one by one', () => {
    const rig = createRig();
    rig.ready(2);
    rig.submit();
    for (let job = 1; job < 7; job++) rig.submit(small);
    rig.answer(1, 1);
    expect(rig.dispatcher.reports()[1]).toMatchObject({ running: 4, waiting: 0 });
    expect(rig.dispatcher.cancel(3)).toBe(true);
    expect(rig.log.at(-1)).toBe('j3 cancelled w1');
    rig.dispatcher.kill(1, 'to see');
    rig.log.length = 0;
    rig.answer(0, 0);
    for (const job of [2, 4, 5, 6]) rig.answer(0, job);
    expect(rig.log.filter((line) => line.startsWith('send'))).toEqual([2, 4, 5, 6].map((job) => `send w0 j${job}`));
    expect([...rig.settled].map(([job, { status }]) => `${job} ${status}`).sort()).toEqual([
      '0 done',
      '1 done',
      '2 done',
      '3 cancelled',
      '4 done',
      '5 done',
      '6 done',
    ]);
  });
});
