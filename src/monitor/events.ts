/** The newest events, bounded: a ring that forgets its oldest. */
import { MONITOR_LIMITS } from './settings.ts';

export class EventLog<Event> {
  readonly #ring: (Event | undefined)[];
  #pushed = 0;

  constructor(capacity: number = MONITOR_LIMITS.events) {
    this.#ring = new Array<Event | undefined>(Math.max(1, capacity)).fill(undefined);
  }

  push(event: Event): void {
    this.#ring[this.#pushed % this.#ring.length] = event;
    this.#pushed++;
  }

  /** Newest first. */
  latest(limit: number = this.#ring.length): Event[] {
    const events: Event[] = [];
    const held = Math.min(this.#pushed, this.#ring.length, Math.max(0, limit));
    for (let back = 1; back <= held; back++) {
      events.push(this.#ring[(this.#pushed - back) % this.#ring.length] as Event);
    }
    return events;
  }

  /** Events ever pushed, forgotten ones too. */
  get total(): number {
    return this.#pushed;
  }

  clear(): void {
    this.#ring.fill(undefined);
    this.#pushed = 0;
  }
}
