import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/core/errors.ts';
import type { Asker } from '../../../../src/engine/query/asker.ts';
import { Flights, REFRESH_MS_MAX } from '../../../../src/engine/query/flights.ts';

/** Flights under a clock that is moved by hand. */
function byHand() {
  let nowMs = 0;
  const alarms = new Set<{ atMs: number; ring: () => void }>();
  const flights = new Flights({
    nowMs: () => nowMs,
    once: (delayMs, ring) => {
      const alarm = { atMs: nowMs + delayMs, ring };
      alarms.add(alarm);
      return () => alarms.delete(alarm);
    },
  });
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms;
    for (const alarm of [...alarms]) {
      if (alarm.atMs > nowMs) continue;
      alarms.delete(alarm);
      alarm.ring();
    }
    await settled();
  };
  return { flights, alarms, pass };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Executions that end when told to, or when nobody waits for them any more. */
function executions() {
  const begun: { asker: Asker; land(rows: string): void; crash(error: Error): void }[] = [];
  const launch = (asker: Asker): Promise<string> =>
    new Promise((land, crash) => {
      asker.signal?.onCancel(() => crash(new AppError('cancelled', 'Nobody waits.')));
      begun.push({ asker, land, crash });
    });
  return { begun, launch };
}

function person(): Asker & { cancel(): void } {
  const listeners: (() => void)[] = [];
  const signal = { cancelled: false, onCancel: (listener: () => void) => void listeners.push(listener) };
  return { signal, progress: () => {}, cancel: () => listeners.forEach((listener) => listener()) };
}

describe('a refresh behind an answer', () => {
  it('that hangs is given up, and tried again after a pause', async () => {
    const { flights, pass } = byHand();
    const { begun, launch } = executions();
    const refresh = (): void => flights.refreshBehind('k', 0, launch);
    refresh();
    refresh();
    expect(begun).toHaveLength(1);
    await pass(REFRESH_MS_MAX - 1);
    expect(begun[0].asker.signal?.cancelled).toBe(false);
    await pass(1);
    expect(begun[0].asker.signal?.cancelled).toBe(true);
    refresh();
    expect(begun).toHaveLength(1); // it failed just now
    await pass(60_000);
    refresh();
    expect(begun).toHaveLength(2);
  });

  it('that failed is not tried again at once, one that succeeded may be', async () => {
    const { flights, pass, alarms } = byHand();
    const { begun, launch } = executions();
    const refresh = (): void => flights.refreshBehind('k', 0, launch);
    refresh();
    begun[0].crash(new Error('no such table'));
    await settled();
    refresh();
    await pass(1000);
    refresh();
    expect(begun).toHaveLength(1);
    await pass(60_000);
    refresh();
    expect(begun).toHaveLength(2);
    begun[1].land('rows');
    await settled();
    refresh();
    expect([begun.length, alarms.size]).toEqual([3, 1]); // no alarm is left of those that ended
  });

  it('is joined by who misses meanwhile; its bound, and another’s cancel, do not disturb them', async () => {
    const { flights, pass } = byHand();
    const { begun, launch } = executions();
    flights.refreshBehind('k', 0, launch);
    const [leaves, stays] = [person(), person()];
    const left = flights.join('k', 0, leaves, launch).result;
    const stayed = flights.join('k', 0, stays, launch).result;
    leaves.cancel();
    await expect(left).rejects.toMatchObject({ code: 'cancelled' });
    await pass(REFRESH_MS_MAX);
    expect([begun.length, begun[0].asker.signal?.cancelled]).toEqual([1, false]);
    begun[0].land('rows');
    expect(await stayed).toBe('rows');
  });

  it('is not joined after a write, and ends when the last who waits for it leaves', async () => {
    const { flights } = byHand();
    const { begun, launch } = executions();
    const [one, other] = [person(), person()];
    const early = flights.join('k', 0, one, launch).result;
    const late = flights.join('k', 1, other, launch).result;
    expect(begun).toHaveLength(2);
    one.cancel();
    await expect(early).rejects.toMatchObject({ code: 'cancelled' });
    expect(begun.map(({ asker }) => asker.signal?.cancelled)).toEqual([true, false]);
    begun[1].land('newer rows');
    expect(await late).toBe('newer rows');
  });
});
