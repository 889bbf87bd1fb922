/**
 * The pending events of a simulation, the timers of a clock, a set of deadlines: a calendar queue (Brown, 1988) in typed arrays.
 * Time is cut into days, a day's events stand in one bucket in order, and the next event is found by leafing on from today; with
 * about one event a day, scheduling and taking cost the same however many are pending. Days far ahead share buckets with near ones, as in a
 * wall calendar used year after year. The length of a day follows the pace of events: when walking and leafing cost too
 * much, the calendar is laid out anew.
 * Each id has at most one pending event. Equal times leave in the order in which they were scheduled, always.
 */
import { invariant } from './errors.ts';

const NONE = -1;
const BUCKETS_MIN = 8;
/** Steps that each scheduled event may cost on average before the calendar is laid out anew. */
const STEPS_PER_EVENT = 4;
/** Fewer takings than this say nothing about the pace. */
const PACE_SAMPLE_MIN = 64;

/** Ids are 0..capacity-1; times are finite numbers from 0. */
export class EventQueue {
  #time: Float64Array;
  #next: Int32Array;
  #previous: Int32Array;
  #bucket: Int32Array;
  #first = new Int32Array(BUCKETS_MIN).fill(NONE);
  #last = new Int32Array(BUCKETS_MIN).fill(NONE);
  /** Days per unit of time. */
  #pace = 1;
  /** No event is earlier than this day. */
  #today = 0;
  #count = 0;
  /** The earliest event, when it is known. */
  #front = NONE;
  #stepsLeft = 0;
  #taken = 0;
  #takenSince = 0;
  #latest = 0;

  constructor(capacity: number) {
    this.#time = new Float64Array(capacity);
    this.#next = new Int32Array(capacity);
    this.#previous = new Int32Array(capacity);
    this.#bucket = new Int32Array(capacity).fill(NONE);
  }

  get size(): number {
    return this.#count;
  }

  /** The earliest time, or Infinity when nothing is pending. */
  get nextTime(): number {
    if (this.#front !== NONE) return this.#time[this.#front];
    if (this.#count === 0) return Infinity;
    return this.#time[this.#find()];
  }

  /** The id of the earliest event, or -1. */
  get nextId(): number {
    if (this.#front !== NONE) return this.#front;
    return this.#count === 0 ? NONE : this.#find();
  }

  has(id: number): boolean {
    return this.#bucket[id] !== NONE;
  }

  /** Makes room for ids below `capacity`. */
  grow(capacity: number): void {
    const before = this.#bucket.length;
    this.#time = copied(new Float64Array(capacity), this.#time);
    this.#next = copied(new Int32Array(capacity), this.#next);
    this.#previous = copied(new Int32Array(capacity), this.#previous);
    this.#bucket = copied(new Int32Array(capacity), this.#bucket).fill(NONE, before);
  }

  /** Adds the event of `id`, which must have none pending. */
  schedule(id: number, time: number): void {
    invariant(this.#bucket[id] === NONE, 'an id has one pending event at a time');
    if (this.#stepsLeft < 0 || this.#count >= 2 * this.#first.length) this.#layOut();
    this.#stepsLeft += STEPS_PER_EVENT;
    if (this.#count === 0 || (this.#front !== NONE && time < this.#time[this.#front])) this.#front = id;
    this.#count++;
    this.#insert(id, time);
  }

  /** Takes the earliest event out and returns its id; the queue must not be empty. */
  pop(): number {
    const id = this.nextId;
    invariant(id !== NONE, 'pop needs a pending event');
    this.#taken++;
    this.#latest = this.#time[id]!;
    this.#remove(id);
    return id;
  }

  /** Forgets the event of `id`, if it has one. */
  cancel(id: number): void {
    if (this.#bucket[id] !== NONE) this.#remove(id);
  }

  /** Puts an event among those of its day, behind all that are not later. */
  #insert(id: number, time: number): void {
    const times = this.#time;
    const day = Math.floor(time * this.#pace);
    const bucket = day & (this.#first.length - 1);
    if (day < this.#today) this.#today = day;
    let before = this.#last[bucket];
    let after = NONE;
    while (before !== NONE && times[before] > time) {
      after = before;
      before = this.#previous[before]!;
      this.#stepsLeft--;
    }
    times[id] = time;
    this.#bucket[id] = bucket;
    this.#previous[id] = before;
    this.#next[id] = after;
    if (before === NONE) this.#first[bucket] = id;
    else this.#next[before] = id;
    if (after === NONE) this.#last[bucket] = id;
    else this.#previous[after] = id;
  }

  #remove(id: number): void {
    const bucket = this.#bucket[id];
    const before = this.#previous[id];
    const after = this.#next[id];
    if (before === NONE) this.#first[bucket] = after;
    else this.#next[before] = after;
    if (after === NONE) this.#last[bucket] = before;
    else this.#previous[after] = before;
    this.#bucket[id] = NONE;
    this.#count--;
    if (this.#front === id) this.#front = NONE;
  }

  /** Leafs on from today to the next event; after a whole year without one, looks at the first event of every bucket. */
  #find(): number {
    const first = this.#first;
    const times = this.#time;
    const pace = this.#pace;
    const mask = first.length - 1;
    const start = this.#today;
    for (let today = start; today <= start + mask; today++) {
      const id = first[today & mask];
      if (id === NONE || Math.floor(times[id] * pace) > today) continue;
      this.#today = today;
      this.#stepsLeft -= today - start;
      return (this.#front = id);
    }
    let earliest = NONE;
    for (let bucket = 0; bucket <= mask; bucket++) {
      const id = first[bucket];
      if (id !== NONE && (earliest === NONE || times[id] < times[earliest])) earliest = id;
    }
    this.#today = Math.floor(times[earliest] * pace);
    this.#stepsLeft -= 2 * first.length;
    return (this.#front = earliest);
  }

  /** Chooses the number of buckets by the number of events and the length of a day by their pace, and enters all events again. */
  #layOut(): void {
    const oldFirst = this.#first;
    const oldNext = this.#next.slice();
    const pace = this.#measuredPace();
    let buckets = BUCKETS_MIN;
    while (buckets < 2 * this.#count) buckets *= 2;
    this.#first = new Int32Array(buckets).fill(NONE);
    this.#last = new Int32Array(buckets).fill(NONE);
    this.#pace = pace;
    this.#today = Infinity; // the earliest event sets it
    // Each old bucket is in order, and equal times share one: entered in that order, they keep it.
    for (const start of oldFirst) {
      for (let id = start; id !== NONE; id = oldNext[id]!) this.#insert(id, this.#time[id]);
    }
    if (this.#today === Infinity) this.#today = 0;
    this.#stepsLeft = STEPS_PER_EVENT * (this.#count + buckets);
    this.#taken = 0;
    this.#takenSince = this.#latest;
  }

  /** Days per unit of time for about one event a day: by the events taken lately, else by how far ahead the pending ones lie. */
  #measuredPace(): number {
    const passed = this.#latest - this.#takenSince;
    if (this.#taken >= PACE_SAMPLE_MIN && passed > 0) return this.#taken / passed;
    let sum = 0;
    let earliest = Infinity;
    for (let id = 0; id < this.#bucket.length; id++) {
      if (this.#bucket[id] === NONE) continue;
      sum += this.#time[id];
      earliest = Math.min(earliest, this.#time[id]);
    }
    const aheadMean = sum / this.#count - earliest;
    return aheadMean > 0 ? this.#count / aheadMean : this.#pace;
  }
}

function copied<Column extends Int32Array | Float64Array>(to: Column, from: Column): Column {
  to.set(from);
  return to;
}
