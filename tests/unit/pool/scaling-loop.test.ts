import { describe, expect, it } from 'vitest';
import { scalerDefaults } from '../../../src/autoscaler/settings.ts';
import { poolDefaults, poolProblems } from '../../../src/pool/settings.ts';
import { ScalingLoop } from '../../../src/pool/scaling-loop.ts';
import { createRig } from './rig.ts';

function createLoop(over: Partial<typeof scalerDefaults> = {}, memoryBytes?: () => number | null) {
  const rig = createRig({ pool: { queueMode: 'shared' } });
  const loop: ScalingLoop = new ScalingLoop({
    dispatcher: rig.dispatcher,
    scheduler: rig.clock.scheduler((handle) => loop.onTimer(handle)),
    settings: { ...scalerDefaults, ...over },
    mayDrain: (worker) => worker !== 0,
    memoryBytes,
  });
  /** Makes every starting worker ready. */
  const readyAll = (): void => {
    for (const report of rig.dispatcher.reports())
      if (report.state === 'starting') rig.dispatcher.onReady(report.worker);
  };
  return { rig, loop, readyAll };
}

describe('ScalingLoop', () => {
  it('starts the least at once, grows under load, shrinks when it is over, and never drains the primary', () => {
    const { rig, loop, readyAll } = createLoop();
    loop.begin();
    expect(rig.dispatcher.reports()).toHaveLength(1);
    readyAll();
    for (let job = 0; job < 500; job++) rig.submit();
    for (let second = 0; second < 20; second++) {
      rig.passMs(1_000);
      readyAll();
    }
    expect(rig.dispatcher.reports().map((report) => report.state)).toEqual(['ready', 'ready', 'ready', 'ready']);
    expect(
      loop
        .log()
        .filter((decision) => decision.action === 'up')
        .map((decision) => decision.desired),
    ).toEqual([2, 4]);
    while (rig.dispatcher.unsettled > 0) {
      for (const report of rig.dispatcher.reports()) if (report.running > 0) rig.done(report.worker);
    }
    rig.passMs(120_000);
    expect(rig.dispatcher.reports().map((report) => [report.worker, report.state])).toEqual([[0, 'ready']]);
    expect(loop.log().filter((decision) => decision.action === 'down')).toHaveLength(3);
  });

  it('replaces a lost worker, at the next look or at once', () => {
    const { rig, loop, readyAll } = createLoop({ minWorkers: 3 });
    loop.begin();
    readyAll();
    rig.dispatcher.kill(1, 'test');
    rig.passMs(500);
    expect(rig.dispatcher.workers.countIn(1)).toBe(1);
    expect(loop.lastDecision?.action).toBe('replace');
    readyAll();
    rig.dispatcher.kill(2, 'test');
    loop.replaceMissing();
    expect(rig.dispatcher.workers.countIn(1)).toBe(1);
  });

  it('measures utilization while a long job still runs', () => {
    const { rig, loop, readyAll } = createLoop({ minWorkers: 2, maxWorkers: 2 });
    loop.begin();
    readyAll();
    rig.submit();
    rig.passMs(5_000);
    expect(loop.utilization.ofWorker(0)).toBeCloseTo(1, 9);
    expect(loop.utilization.ofWorker(1)).toBe(0);
    expect(loop.utilization.ofPool()).toBeCloseTo(0.5, 9);
    rig.done(0);
    rig.passMs(2_500);
    expect(loop.utilization.ofPool()).toBeCloseTo(0.25, 9); // half of the last 5 s on one of two workers
    expect(loop.utilization.ofWorker(5)).toBeNull();
  });

  it('averages responses over the window and reads memory against its budget', () => {
    const { rig, loop, readyAll } = createLoop({ memoryBudgetBytes: 1_000 }, () => 600);
    loop.begin();
    readyAll();
    rig.submit();
    rig.passMs(300);
    rig.done(0);
    rig.submit();
    rig.passMs(100);
    rig.done(0);
    rig.passMs(100);
    expect(loop.lastDecision?.inputs).toMatchObject({ responseMs: 200, memoryRatio: 0.6, queueDepth: 0, ready: 1 });
    rig.passMs(6_000);
    expect(loop.lastDecision?.inputs.responseMs).toBeNull();
  });

  it('follows numbers set by hand and new bounds', () => {
    const { rig, loop } = createLoop({ enabled: false });
    loop.begin();
    loop.setWorkers(3);
    expect(rig.dispatcher.reports()).toHaveLength(3);
    loop.configure({ ...scalerDefaults, maxWorkers: 2 });
    expect([loop.desired, rig.dispatcher.reports().length]).toEqual([2, 2]);
    loop.stop();
    rig.passMs(10_000);
    expect(rig.dispatcher.reports()).toHaveLength(2);
  });
});

describe('pool settings', () => {
  it('name what is wrong', () => {
    expect(poolProblems(poolDefaults)).toEqual([]);
    expect(poolProblems({ ...poolDefaults, concurrency: 0, queueDepthMax: -1 })).toEqual([
      'queueDepthMax must be an integer in [0, 100000000], got -1',
      'concurrency must be an integer in [1, 64], got 0',
    ]);
  });
});
