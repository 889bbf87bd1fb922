import { expect, it } from 'vitest';
import { stoppable } from '../../../src/engine/timers.ts';

it('leaves nothing armed once all is stopped, and arms nothing later', () => {
  const armed = new Set<number>();
  const rung: number[] = [];
  let ring: (handle: number) => void = () => {};
  const { createScheduler, stopAll } = stoppable((onTimer) => {
    ring = onTimer;
    return { nowMs: () => 0, after: (_delayMs, handle) => armed.add(handle), cancel: (handle) => armed.delete(handle) };
  });
  const scheduler = createScheduler((handle) => rung.push(handle));
  scheduler.after(10, 1);
  scheduler.after(3_600_000, 2);
  scheduler.after(5, 3);
  scheduler.cancel(3);
  ring(1);
  expect(rung).toEqual([1]);
  armed.delete(1); // it rang
  expect([...armed]).toEqual([2]);
  stopAll();
  expect([...armed]).toEqual([]);
  ring(2);
  scheduler.after(10, 4);
  expect({ armed: [...armed], rung }).toEqual({ armed: [], rung: [1] });
});
