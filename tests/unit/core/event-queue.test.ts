import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../../src/core/event-queue.ts';

interface Pending {
  id: number;
  time: number;
  order: number;
}

/** The plain model: a list, sorted by time, then by order of scheduling. */
class Model {
  pending: Pending[] = [];
  #order = 0;

  schedule(id: number, time: number): void {
    this.pending.push({ id, time, order: this.#order++ });
    this.pending.sort((left, right) => left.time - right.time || left.order - right.order);
  }
}

const CAPACITY = 60;
const action = fc.record({
  kind: fc.constantFrom('schedule', 'schedule', 'pop', 'cancel'),
  id: fc.nat(CAPACITY - 1),
  // Many equal times, some far ahead, some between: ties, wrapped years and new paces.
  delay: fc.oneof(
    fc.constant(0),
    fc.constant(5),
    fc.nat(400).map((hundredths) => hundredths / 100),
    fc.double({ min: 0, max: 1e6, noNaN: true }),
  ),
});

describe('EventQueue', () => {
  it('gives events in the order of time, equal times in the order of scheduling', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 400 }), (actions) => {
        const queue = new EventQueue(CAPACITY);
        const model = new Model();
        let now = 0;
        for (const { kind, id, delay } of actions) {
          const known = model.pending.some((event) => event.id === id);
          expect(queue.has(id)).toBe(known);
          if (kind === 'schedule' && !known) {
            queue.schedule(id, now + delay);
            model.schedule(id, now + delay);
          } else if (kind === 'cancel') {
            queue.cancel(id);
            model.pending = model.pending.filter((event) => event.id !== id);
          } else if (kind === 'pop' && model.pending.length > 0) {
            const first = model.pending.shift()!;
            now = first.time;
            expect(queue.nextTime).toBe(first.time);
            expect(queue.pop()).toBe(first.id);
          }
          expect(queue.size).toBe(model.pending.length);
          expect(queue.nextId).toBe(model.pending[0]?.id ?? -1);
          expect(queue.nextTime).toBe(model.pending[0]?.time ?? Infinity);
        }
      }),
      { seed: 7, numRuns: 150 },
    );
  });

  it('stays in order through thousands of events at a changing pace, and when it grows', () => {
    const queue = new EventQueue(10);
    queue.grow(2_000);
    for (let id = 0; id < 2_000; id++) queue.schedule(id, (id * 7919) % 2_003);
    let last = -1;
    let inOrder = true;
    for (let taken = 0; taken < 20_000; taken++) {
      const time = queue.nextTime;
      inOrder &&= time >= last;
      last = time;
      const pace = taken < 10_000 ? 0.001 : 1_000;
      queue.schedule(queue.pop(), time + ((taken * 31) % 97) * pace);
    }
    expect(inOrder).toBe(true);
    expect(queue.size).toBe(2_000);
  });

  it('leafs back when events come before the day that it had leafed on to', () => {
    const queue = new EventQueue(4);
    queue.schedule(0, 0.3);
    queue.schedule(1, 1.5);
    queue.pop();
    expect(queue.nextId).toBe(1); // today is now the day of 1.5
    queue.schedule(2, 0.5);
    queue.schedule(3, 0.7);
    expect([queue.pop(), queue.pop(), queue.pop()]).toEqual([2, 3, 1]);
  });

  it('refuses a second event of the same id, and a pop from nothing', () => {
    const queue = new EventQueue(2);
    queue.schedule(0, 1);
    expect(() => queue.schedule(0, 2)).toThrow('one pending event');
    queue.pop();
    expect(() => queue.pop()).toThrow('pending event');
  });
});
