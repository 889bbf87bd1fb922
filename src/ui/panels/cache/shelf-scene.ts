/**
 * What moves on the shelf between two reports: entries glide to their new places, those that were hit light up, those that left fall with
 * their reason. Pure: time comes as an argument, drawing is elsewhere.
 */
import type { RemovalCause } from '../../../cache/catalogue.ts';
import type { CacheShelfReport, EntryId } from '../../../engine/protocol.ts';
import type { ShelfLayout } from './shelf-layout.ts';

export interface Fall {
  id: EntryId;
  /** Where it stood on the line, px. */
  start: number;
  width: number;
  cause: RemovalCause;
  beganMs: number;
}

export const GLIDE_MS = 180;
export const PULSE_MS = 600;
export const FALL_MS = 900;
/** More of them gliding at once is no picture any more, and costs too much. */
const GLIDING_MAX = 1500;
const FALLS_MAX = 24;
/** Of a ring. */
const SEEN = 0.005;

export class ShelfScene {
  report: CacheShelfReport | null = null;
  layout: ShelfLayout | null = null;
  /** By place: where each entry came from, px on the line; equal to its start when it does not move. */
  from = new Float64Array(0);
  changedMs = -Infinity;
  /** When an entry was last seen to be hit. */
  readonly pulses = new Map<EntryId, number>();
  falls: Fall[] = [];
  #places = new Map<EntryId, number>();

  /** Takes in a report. Without `moving` (a first picture, another size, or a person who wants no motion) it just stands there. */
  update(report: CacheShelfReport, layout: ShelfLayout, nowMs: number, moving: boolean): void {
    const before = this.report;
    const beforeLayout = this.layout;
    const placesBefore = this.#places;
    this.report = report;
    this.layout = layout;
    this.#places = new Map(Array.from(report.ids, (id, place) => [id, place]));
    this.from = layout.starts.slice(0, report.ids.length);
    this.#forget(nowMs);
    if (!moving || before === null || beforeLayout === null) return;
    const sameScale = beforeLayout.magnified === layout.magnified && beforeLayout.rows === layout.rows;
    for (let place = 0; place < report.ids.length; place++) {
      const id = report.ids[place];
      const earlier = placesBefore.get(id);
      if (earlier === undefined) continue;
      if (report.hits[place] > before.hits[earlier]) this.pulses.set(id, nowMs);
      if (sameScale && report.ids.length <= GLIDING_MAX) this.from[place] = beforeLayout.starts[earlier];
    }
    this.changedMs = nowMs;
    const causes = new Map(report.left.map(({ id, cause }) => [id, cause]));
    for (let place = 0; place < before.ids.length; place++) {
      const id = before.ids[place];
      const cause = this.#places.has(id) ? undefined : causes.get(id);
      if (cause === undefined) continue;
      const start = beforeLayout.starts[place];
      this.falls.push({ id, start, width: beforeLayout.starts[place + 1] - start, cause, beganMs: nowMs });
    }
    this.falls = this.falls.slice(-FALLS_MAX);
  }

  /** Where an entry is drawn now, px on the line. */
  startAt(place: number, nowMs: number): number {
    const to = this.layout!.starts[place];
    const from = this.from[place];
    return from === to ? to : from + (to - from) * eased((nowMs - this.changedMs) / GLIDE_MS);
  }

  isGliding(nowMs: number): boolean {
    return nowMs - this.changedMs < GLIDE_MS;
  }

  isMoving(nowMs: number): boolean {
    this.#forget(nowMs);
    return this.isGliding(nowMs) || this.pulses.size > 0 || this.falls.length > 0;
  }

  placeOf(id: EntryId | null): number {
    return id === null ? -1 : (this.#places.get(id) ?? -1);
  }

  #forget(nowMs: number): void {
    for (const [id, beganMs] of this.pulses) if (nowMs - beganMs >= PULSE_MS) this.pulses.delete(id);
    this.falls = this.falls.filter(({ beganMs }) => nowMs - beganMs < FALL_MS);
  }
}

/** Whether two reports give the same picture; a drained ring is another only when one can see it. */
export function looksTheSame(one: CacheShelfReport, other: CacheShelfReport): boolean {
  return (
    one.strategy === other.strategy &&
    one.capacityBytes === other.capacityBytes &&
    one.entryBytes === other.entryBytes &&
    one.ids.length === other.ids.length &&
    one.ids.every((id, place) => id === other.ids[place]) &&
    one.hits.every((hits, place) => hits === other.hits[place]) &&
    one.bytes.every((bytes, place) => bytes === other.bytes[place]) &&
    (one.strategy !== 'ttl' || one.timeLeft.every((left, place) => Math.abs(left - other.timeLeft[place]) < SEEN))
  );
}

function eased(progress: number): number {
  const left = 1 - Math.min(1, Math.max(0, progress));
  return 1 - left * left * left;
}
