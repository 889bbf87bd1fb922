/** States of the data that can be gone back to: only the pages that changed since are kept for each. */
import { formatBytes } from '../../core/bytes.ts';
import { AppError } from '../../core/errors.ts';
import type { PageRecord } from '../../database/protocol.ts';
import type { DatabaseWorker } from './database-worker.ts';
import type { Engine } from '../engine.ts';
import type { DatabaseInfo, PointInTime, PointsInTime } from '../protocol.ts';
import { databaseInfo } from '../readings.ts';
import { bytesOf, type Point } from './undo-pages.ts';

/** What the lab keeps by itself; a person's own points stay until they are removed. */
export const POINT_LIMITS = { automaticMax: 20, automaticBytesMax: 64 * 1024 * 1024 } as const;
const NAME_LENGTH_MAX = 60;

export function pointsInTime({ plane }: Engine): PointsInTime {
  const { points, bytes } = plane.points;
  return {
    points: points.map((point) => inWords(point, plane.version.logNumber)).reverse(),
    keptBytes: bytes,
    keptBytesMax: POINT_LIMITS.automaticBytesMax,
  };
}

/** Null when it is not kept (any more): what changed after it was more than is kept. */
export function pointOf({ plane }: Engine, id: number): PointInTime | null {
  const point = plane.points.find(id);
  return point ? inWords(point, plane.version.logNumber) : null;
}

/** The data as it stands, under the person's own name. Error `settings` for a name of nothing. */
export function makePoint(engine: Engine, name: string): PointInTime {
  const given = oneLine(name);
  if (given === '')
    throw new AppError('settings', 'A point in time needs a name: a word or two that you will know it by.');
  engine.refuseReadOnly();
  const { plane, vault } = engine;
  const point = plane.mark(given, false, engine.platform.wallMs());
  vault.noteChange();
  return inWords(point, plane.version.logNumber);
}

/** Whether a write can be gone back from: to the point, or, with none, why not. */
export interface Undo {
  point: number | null;
  note: string | null;
}

/** Commits a record with a point before it: unless more was written over than is kept for that. `from` is the worker that made it. */
export function commitWithPoint(engine: Engine, record: PageRecord, from: DatabaseWorker | null, what: string): Undo {
  const point = engine.plane.mark(`before: ${oneLine(what)}`, true, engine.platform.wallMs());
  try {
    engine.commit(record, from);
  } catch (error) {
    engine.plane.points.drop(point.id);
    throw error;
  }
  if (engine.plane.points.find(point.id)) return { point: point.id, note: null };
  // Rounded up, so that it never looks as if it had fitted.
  const changed = formatBytes(Math.ceil(bytesOf(point) / 2 ** 20) * 2 ** 20);
  const most = formatBytes(POINT_LIMITS.automaticBytesMax);
  return { point: null, note: `Too large to be undone: ${changed} changed, and at most ${most} are kept for that.` };
}

/**
 * Commits a record that was made outside the primary, on a fork of the data as it stands; with a point before it. Call it
 * inside `turnstile.alone`, which was entered before the fork was made.
 */
export function commitAlone(engine: Engine, record: PageRecord, what: string): Undo {
  engine.refuseReadOnly();
  return commitWithPoint(engine, { ...record, epoch: engine.plane.epoch }, null, what);
}

/** Back to how the data was. What is left behind becomes a point itself. Errors `no-such-point`, `read-only`. */
export async function restorePoint(engine: Engine, id: number): Promise<DatabaseInfo> {
  // Its table would be gone under it, or be there again after it has ended.
  await engine.load.stop();
  await engine.turnstile.alone(() => {
    engine.refuseReadOnly();
    const { plane } = engine;
    const record = plane.recordOfWayBack(id);
    if (record) {
      const name = plane.points.find(id)?.name ?? '';
      plane.mark(oneLine(`before going back to “${name}”`), true, engine.platform.wallMs());
      engine.commitWayBack(record);
      engine.monitoring.event(
        'write',
        'info',
        `The data went back to the point “${name}”: ${record.pageNumbers.length} pages`,
      );
    }
    return Promise.resolve();
  });
  // The point may be of a time when a load was running.
  await engine.load.sweep();
  return databaseInfo(engine);
}

/** Error `no-such-point`. */
export function dropPoint(engine: Engine, id: number): PointsInTime {
  engine.refuseReadOnly();
  engine.plane.points.drop(id);
  engine.vault.noteChange();
  return pointsInTime(engine);
}

function inWords(point: Point, logNumber: number): PointInTime {
  const { id, name, automatic, wallMs } = point;
  const writesSince = logNumber - point.logNumber;
  return { id, name, automatic, wallMs, logNumber: point.logNumber, keptBytes: bytesOf(point), writesSince };
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > NAME_LENGTH_MAX ? `${line.slice(0, NAME_LENGTH_MAX)}…` : line;
}
