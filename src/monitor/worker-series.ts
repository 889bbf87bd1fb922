/** Utilization per worker, second by second, on the same timeline as the other series. Workers come, leave, and are forgotten. */
import { MONITOR_LIMITS } from './settings.ts';
import { SecondRing, type Timeline } from './timeline.ts';

interface Lane {
  ring: SecondRing;
  lastSecond: number;
}

export class WorkerSeries {
  readonly #timeline: Timeline;
  readonly #lanes = new Map<string, Lane>();

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** `utilization`: busy time over elapsed, 0..1. A worker that is not set in a second has NaN there. */
  set(worker: string, utilization: number, nowMs: number): void {
    const second = this.#timeline.advance(nowMs);
    let lane = this.#lanes.get(worker);
    if (!lane) {
      this.#forgetOld();
      if (this.#lanes.size >= MONITOR_LIMITS.workers) this.#forgetLongestGone();
      lane = { ring: new SecondRing(this.#timeline.capacity + 1), lastSecond: second };
      this.#lanes.set(worker, lane);
    }
    lane.ring.set(second, utilization);
    lane.lastSecond = second;
  }

  /** Aligned with `Series.columns().timesMs`; workers in the order in which they first came. */
  columns(): Record<string, Float64Array> {
    this.#forgetOld();
    const { oldestSecond: oldest, openSecond: open } = this.#timeline;
    const length = Math.max(0, open - oldest);
    const columns: [string, Float64Array][] = [...this.#lanes].map(([worker, lane]) => [
      worker,
      Float64Array.from({ length }, (_, index) => lane.ring.at(oldest + index)),
    ]);
    return Object.fromEntries(columns);
  }

  #forgetOld(): void {
    for (const [worker, lane] of this.#lanes) {
      if (lane.lastSecond < this.#timeline.oldestSecond) this.#lanes.delete(worker);
    }
  }

  #forgetLongestGone(): void {
    let longestGone: string | null = null;
    let lastSecond = Infinity;
    for (const [worker, lane] of this.#lanes) {
      if (lane.lastSecond >= lastSecond) continue;
      longestGone = worker;
      lastSecond = lane.lastSecond;
    }
    if (longestGone !== null) this.#lanes.delete(longestGone);
  }
}
