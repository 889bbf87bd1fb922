import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExpiryWheel, TICK_MS } from '../../../../src/cache/store/expiry-wheel.ts';

const DAY_MS = 86_400_000;

describe('ExpiryWheel', () => {
  it('tells each slot within a step of its time, whatever the distance', () => {
    for (const dueMs of [1, 63, 64, 65, 4095, 4096, 262_143, 262_145, 5 * 3_600_000, 7 * DAY_MS, 20 * DAY_MS]) {
      const wheel = new ExpiryWheel();
      wheel.add(0, dueMs, 0);
      let told = -1;
      for (let rounds = 0; told < 0 && rounds < 50; rounds++) {
        const nextMs = wheel.nextMs()!;
        expect(nextMs).toBeLessThan(dueMs + TICK_MS);
        if (wheel.due(nextMs) === 0) told = nextMs;
      }
      expect(told).toBeGreaterThanOrEqual(dueMs);
    }
  });

  it('tells a slot that was a whole turn ahead of the hand, though nobody looked in between', () => {
    for (const span of [1, 64, 4096]) {
      const wheel = new ExpiryWheel();
      wheel.add(0, 30 * DAY_MS, 0);
      // The hand stands just before the end of a bucket, so that the last of 64 buckets ahead is the one that it stands in.
      const handMs = (64 * span - 1) * TICK_MS;
      expect(wheel.due(handMs)).toBe(-1);
      const dueMs = handMs + (64 * 64 * span - 1) * TICK_MS;
      wheel.add(1, dueMs, handMs);
      expect(wheel.due(dueMs - TICK_MS)).toBe(-1);
      expect(wheel.due(dueMs + TICK_MS)).toBe(1);
    }
    const wheel = new ExpiryWheel();
    wheel.add(0, 30 * DAY_MS, 0);
    wheel.due(63 * TICK_MS);
    wheel.add(1, (63 + 4095) * TICK_MS, 63 * TICK_MS);
    expect(wheel.due(5000 * TICK_MS)).toBe(1); // at once over all buckets
  });

  it('bounds the work of one call, and loses nothing', () => {
    const wheel = new ExpiryWheel();
    // All in one bucket of the second level; when it is passed, none of them is due yet.
    for (let slot = 0; slot < 1000; slot++) wheel.add(slot, 8000 + (slot % 100), 0);
    expect(wheel.due(4096, 10)).toBe(-1);
    expect(wheel.nextMs()).toBe(4096); // there is more to do, at once
    const left = new Set<number>();
    for (let slot = wheel.due(9000); slot >= 0; slot = wheel.due(9000)) {
      wheel.remove(slot);
      left.add(slot);
    }
    expect([left.size, wheel.size, wheel.nextMs()]).toEqual([1000, 0, null]);
  });

  it('tells a slot that was removed and added again in time, earlier or later than before', () => {
    for (const againMs of [10, 1000, 70_000, 80_000, DAY_MS]) {
      const wheel = new ExpiryWheel();
      wheel.add(0, 30 * DAY_MS, 0); // keeps the wheel from beginning anew
      wheel.add(1, 75_000, 0);
      wheel.remove(1);
      expect(wheel.due(5)).toBe(-1);
      wheel.add(1, againMs, 5);
      expect(wheel.due(againMs - 1)).toBe(-1);
      expect(wheel.nextMs()).toBeLessThan(againMs + TICK_MS);
      expect(wheel.due(againMs + TICK_MS)).toBe(1);
      wheel.remove(1);
      expect([wheel.due(29 * DAY_MS), wheel.size]).toEqual([-1, 1]);
    }
  });

  it('agrees with a plain list over random calls, after long pauses too', () => {
    const step = fc.record({
      act: fc.constantFrom('add', 'add', 'remove', 'sweep'),
      pause: fc.oneof(fc.nat(300), fc.nat(100_000), fc.nat(DAY_MS)),
      ttl: fc.oneof(fc.nat(200), fc.nat(20_000), fc.nat(DAY_MS)),
      slot: fc.nat(30),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const wheel = new ExpiryWheel();
        const due = new Map<number, number>();
        let nowMs = 0;
        for (const { act, pause, ttl, slot } of steps) {
          nowMs += pause;
          if (act === 'add' && !due.has(slot)) {
            due.set(slot, nowMs + ttl);
            wheel.add(slot, nowMs + ttl, nowMs);
          } else if (act === 'remove' && due.delete(slot)) wheel.remove(slot);
          else if (act === 'sweep') {
            for (let over = wheel.due(nowMs, 1000); over >= 0; over = wheel.due(nowMs, 1000)) {
              expect(due.get(over)).toBeLessThanOrEqual(nowMs);
              due.delete(over);
              wheel.remove(over);
            }
            for (const dueMs of due.values()) expect(dueMs).toBeGreaterThan(nowMs - TICK_MS);
          }
          expect(wheel.size).toBe(due.size);
        }
      }),
      { seed: 7, numRuns: 100 },
    );
  });
});
