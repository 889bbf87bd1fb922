import { describe, expect, it } from 'vitest';
import { noteCooldown } from '../../../../src/ui/charts/cooldowns.ts';
import { eventMarks } from '../../../../src/ui/charts/event-marks.ts';
import type { EventReport } from '../../../../src/engine/protocol.ts';

describe('cooldowns', () => {
  it('are noted once, however often they are reported', () => {
    // A cooldown of 3 s that ends at 10,000 began at 7,000; reports of it may differ by the pace of the reports.
    let known = noteCooldown([], 10_000, 3000);
    known = noteCooldown(known, 10_004, 3000);
    known = noteCooldown(known, null, 3000);
    expect(known).toEqual([{ fromMs: 7000, toMs: 10_000 }]);
    expect(noteCooldown(known, 22_000, 3000)).toEqual([
      { fromMs: 7000, toMs: 10_000 },
      { fromMs: 19_000, toMs: 22_000 },
    ]);
  });

  it('do not grow without end', () => {
    let known = noteCooldown([], 0, 10);
    for (let index = 1; index < 500; index++) known = noteCooldown(known, index * 5000, 10);
    expect(known.length).toBe(100);
    expect(known.at(-1)!.toMs).toBe(499 * 5000);
  });
});

describe('event marks', () => {
  it('keep what changed the course, oldest first, at seconds', () => {
    const event = (wallMs: number, kind: EventReport['kind']): EventReport => ({
      atMs: 0,
      wallMs,
      kind,
      tone: 'info',
      message: kind,
    });
    expect(eventMarks([event(9000, 'failover'), event(5000, 'storage'), event(4000, 'load')])).toEqual([
      { x: 4, label: 'load', tone: 'info' },
      { x: 9, label: 'failover', tone: 'info' },
    ]);
  });
});
