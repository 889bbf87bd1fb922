/** States of the data that can be gone back to: only the pages that changed since are kept for each. */
import { AppError } from '../core/errors.ts';
import type { Engine } from './engine.ts';
import type { DatabaseInfo, PointInTime, PointsInTime } from './protocol.ts';

export function pointsInTime(_engine: Engine): PointsInTime {
  return { points: [], keptBytes: 0, keptBytesMax: 0 };
}

export function makePoint(_engine: Engine, _name: string): PointInTime {
  throw new AppError('points', 'Points in time are being built.');
}

export function restorePoint(_engine: Engine, _id: number): Promise<DatabaseInfo> {
  throw new AppError('points', 'Points in time are being built.');
}

export function dropPoint(engine: Engine, _id: number): PointsInTime {
  return pointsInTime(engine);
}
