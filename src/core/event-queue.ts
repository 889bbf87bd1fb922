/**
 * The pending events of a simulation or of a set of deadlines: an indexed 4-ary heap in typed arrays.
 * Each id has at most one pending event. Equal times leave in the order in which they were scheduled, so the layout of the
 * heap never leaks into a result. Four children a node: half the levels of a binary heap, and siblings share a cache line.
 */
import { invariant } from './errors.ts';

const ABSENT = -1;

/** Ids are 0..capacity-1; times are any finite numbers. */
export class EventQueue {
  #times: Float64Array;
  #order: Float64Array;
  #ids: Int32Array;
  #position: Int32Array;
  #count = 0;
  #sequence = 0;

  constructor(capacity: number) {
    this.#times = new Float64Array(capacity);
    this.#order = new Float64Array(capacity);
    this.#ids = new Int32Array(capacity);
    this.#position = new Int32Array(capacity).fill(ABSENT);
  }

  get size(): number {
    return this.#count;
  }

  /** The earliest time, or Infinity when nothing is pending. */
  get nextTime(): number {
    return this.#count === 0 ? Infinity : this.#times[0]!;
  }

  /** The id of the earliest event, or -1. */
  get nextId(): number {
    return this.#count === 0 ? ABSENT : this.#ids[0]!;
  }

  has(id: number): boolean {
    return this.#position[id] !== ABSENT;
  }

  /** Makes room for ids below `capacity`. */
  grow(capacity: number): void {
    const times = new Float64Array(capacity);
    const order = new Float64Array(capacity);
    const ids = new Int32Array(capacity);
    const position = new Int32Array(capacity).fill(ABSENT);
    times.set(this.#times);
    order.set(this.#order);
    ids.set(this.#ids);
    position.set(this.#position);
    this.#times = times;
    this.#order = order;
    this.#ids = ids;
    this.#position = position;
  }

  /** Adds the event of `id`, which must have none pending. */
  schedule(id: number, time: number): void {
    invariant(this.#position[id] === ABSENT, 'an id has one pending event at a time');
    this.#rise(this.#count++, id, time, this.#sequence++);
  }

  /** Takes the earliest event out and returns its id; the queue must not be empty. */
  pop(): number {
    invariant(this.#count > 0, 'pop needs a pending event');
    const id = this.#ids[0]!;
    this.#position[id] = ABSENT;
    const last = --this.#count;
    if (last > 0) this.#sink(0, this.#ids[last]!, this.#times[last]!, this.#order[last]!);
    return id;
  }

  /** Forgets the event of `id`, if it has one. */
  cancel(id: number): void {
    const hole = this.#position[id]!;
    if (hole === ABSENT) return;
    this.#position[id] = ABSENT;
    const last = --this.#count;
    if (hole === last) return;
    const movedId = this.#ids[last]!;
    const time = this.#times[last]!;
    const order = this.#order[last]!;
    // The last element may belong above or below the hole.
    if (hole > 0 && this.#before(time, order, (hole - 1) >> 2)) this.#rise(hole, movedId, time, order);
    else this.#sink(hole, movedId, time, order);
  }

  #before(time: number, order: number, index: number): boolean {
    const other = this.#times[index]!;
    return time < other || (time === other && order < this.#order[index]!);
  }

  #put(index: number, id: number, time: number, order: number): void {
    this.#times[index] = time;
    this.#order[index] = order;
    this.#ids[index] = id;
    this.#position[id] = index;
  }

  #rise(start: number, id: number, time: number, order: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 2;
      if (!this.#before(time, order, parent)) break;
      this.#put(index, this.#ids[parent]!, this.#times[parent]!, this.#order[parent]!);
      index = parent;
    }
    this.#put(index, id, time, order);
  }

  #sink(start: number, id: number, time: number, order: number): void {
    const times = this.#times;
    const count = this.#count;
    let index = start;
    for (;;) {
      const first = 4 * index + 1;
      if (first >= count) break;
      const end = Math.min(first + 4, count);
      let least = first;
      let leastTime = times[first]!;
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child]!;
        if (childTime < leastTime || (childTime === leastTime && this.#order[child]! < this.#order[least]!)) {
          least = child;
          leastTime = childTime;
        }
      }
      if (time < leastTime || (time === leastTime && order < this.#order[least]!)) break;
      this.#put(index, this.#ids[least]!, leastTime, this.#order[least]!);
      index = least;
    }
    this.#put(index, id, time, order);
  }
}
