import { expect, it } from 'vitest';
import { balancerDefaults } from '../../../src/balancer/settings.ts';
import { createRandom } from '../../../src/core/random.ts';
import { Dispatcher } from '../../../src/pool/dispatcher.ts';
import { poolDefaults } from '../../../src/pool/settings.ts';

it('believes no silence after the tab has slept: the ones who ask for heartbeats slept too', () => {
  let nowMs = 0;
  const armed = new Set<number>();
  const killed: number[] = [];
  const dispatcher = new Dispatcher({
    fleet: { start: () => 0, send: () => {}, drain: () => {}, kill: (worker) => killed.push(worker) },
    scheduler: {
      nowMs: () => nowMs,
      after: (_delayMs, handle) => armed.add(handle),
      cancel: (handle) => armed.delete(handle),
    },
    random: createRandom(1),
    workersMax: 1,
    pool: { ...poolDefaults, heartbeatTimeoutMs: 1000 },
    balancer: balancerDefaults,
    onSettled: () => {},
  });
  dispatcher.onReady(dispatcher.start());
  const ringAt = (timeMs: number): void => {
    nowMs = timeMs;
    for (const handle of [...armed]) {
      armed.delete(handle);
      dispatcher.onTimer(handle);
    }
  };
  ringAt(100);
  ringAt(600_100); // the lid was closed for ten minutes
  expect(killed).toEqual([]);
  for (let timeMs = 600_200; timeMs < 604_000; timeMs += 100) ringAt(timeMs);
  expect(killed).toEqual([0]); // silent for 3 s while everybody was awake
});
