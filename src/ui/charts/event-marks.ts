/** Engine events as marks on charts: what changed the course of the lines, not every note in the log. Pure. */
import type { EventReport } from '../../engine/protocol.ts';
import type { ChartMark } from './columns.ts';

const DRAWN_KINDS: ReadonlySet<EventReport['kind']> = new Set([
  'scaler',
  'cache',
  'load',
  'failover',
  'alert',
  'worker',
]);

/** Oldest first; x in seconds of wall time. */
export function eventMarks(events: readonly EventReport[]): ChartMark[] {
  return events
    .filter((event) => DRAWN_KINDS.has(event.kind))
    .map((event) => ({ x: event.wallMs / 1000, label: event.message, tone: event.tone }))
    .sort((left, right) => left.x - right.x);
}
