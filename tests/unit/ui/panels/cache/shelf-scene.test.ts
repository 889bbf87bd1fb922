import { describe, expect, it } from 'vitest';
import type { CacheShelfReport } from '../../../../../src/engine/protocol.ts';
import { layShelf } from '../../../../../src/ui/panels/cache/shelf-layout.ts';
import {
  FALL_MS,
  GLIDE_MS,
  looksTheSame,
  PULSE_MS,
  ShelfScene,
} from '../../../../../src/ui/panels/cache/shelf-scene.ts';
import { shelfReport } from './shelf-report.ts';

const BOX = { width: 100, height: 50 };

function sceneOf(...reports: CacheShelfReport[]): ShelfScene {
  const scene = new ShelfScene();
  reports.forEach((report, index) => scene.update(report, layShelf(report, BOX), index * 10_000, true));
  return scene;
}

const FIRST = shelfReport({ ids: [1, 2, 3], bytes: [300, 300, 300] });

describe('what moves on the shelf', () => {
  it('is nothing at first, or when a person wants no motion', () => {
    expect(sceneOf(FIRST).isMoving(0)).toBe(false);
    const still = new ShelfScene();
    still.update(FIRST, layShelf(FIRST, BOX), 0, false);
    const next = shelfReport({ ids: [3, 1], bytes: [300, 300], hits: [5, 0], left: [gone(2)] });
    still.update(next, layShelf(next, BOX), 10_000, false);
    expect([still.isMoving(10_000), still.falls, still.startAt(0, 10_000)]).toEqual([false, [], 0]);
  });

  it('glides from where it stood to where it stands', () => {
    const scene = sceneOf(FIRST, shelfReport({ ids: [3, 1, 2], bytes: [300, 300, 300], hits: [1, 0, 0] }));
    // Entry 3 stood at 60 px and goes to the front.
    expect(scene.startAt(0, 10_000)).toBe(60);
    const halfway = scene.startAt(0, 10_000 + GLIDE_MS / 2);
    expect(halfway > 0 && halfway < 60).toBe(true);
    expect(scene.startAt(0, 10_000 + GLIDE_MS)).toBe(0);
    expect([scene.placeOf(3), scene.placeOf(2), scene.placeOf(99), scene.placeOf(null)]).toEqual([0, 2, -1, -1]);
  });

  it('lights up what was hit since, and nothing else, for a moment', () => {
    const scene = sceneOf(FIRST, shelfReport({ ids: [3, 1, 4], bytes: [300, 300, 300], hits: [1, 0, 7] }));
    // 4 is new: its hits are from before it was seen.
    expect([...scene.pulses.keys()]).toEqual([3]);
    expect(scene.isMoving(10_000 + PULSE_MS - 1)).toBe(true);
    expect(scene.isMoving(10_000 + PULSE_MS)).toBe(false);
  });

  it('lets what left fall from where it stood, with its cause', () => {
    const scene = sceneOf(FIRST, shelfReport({ ids: [4, 1, 2], bytes: [300, 300, 300], left: [gone(3), gone(99)] }));
    expect(scene.falls).toEqual([{ id: 3, start: 60, width: 30, cause: 'size', beganMs: 10_000 }]);
    expect(scene.isMoving(10_000 + FALL_MS)).toBe(false);
    expect(scene.falls).toEqual([]);
  });

  it('does not let fall what came back meanwhile, nor what left for a reason that is not told any more', () => {
    const back = sceneOf(FIRST, shelfReport({ ids: [3, 1, 2], bytes: [300, 300, 300], left: [gone(3)] }));
    expect(back.falls).toEqual([]);
    const untold = sceneOf(FIRST, shelfReport({ ids: [1, 2], bytes: [300, 300], left: [] }));
    expect(untold.falls).toEqual([]);
  });

  it('stands still in another scale', () => {
    const scene = sceneOf(FIRST, shelfReport({ capacityBytes: 100_000, ids: [3, 1, 2], bytes: [300, 300, 300] }));
    expect(scene.startAt(0, 10_000)).toBe(0);
  });
});

describe('a report that gives the same picture', () => {
  it('is told from one that gives another', () => {
    const columns = { ids: [1, 2], bytes: [300, 300], hits: [1, 0] };
    const report = shelfReport(columns);
    expect(looksTheSame(report, shelfReport(columns))).toBe(true);
    for (const other of [
      shelfReport({ ...columns, ids: [2, 1] }),
      shelfReport({ ...columns, hits: [2, 0] }),
      shelfReport({ ...columns, bytes: [200, 400] }),
      shelfReport({ ...columns, capacityBytes: 2000 }),
      shelfReport({ ...columns, strategy: 'lfu' }),
      shelfReport({ ids: [1], bytes: [600], hits: [1] }),
    ])
      expect(looksTheSame(report, other)).toBe(false);
  });

  it('is another where a ring has visibly drained, under the strategy that draws rings', () => {
    const drained = (strategy: 'ttl' | 'lru', left: number): CacheShelfReport => ({
      ...shelfReport({ strategy, bytes: [300] }),
      timeLeft: Float32Array.of(left),
    });
    expect(looksTheSame(drained('ttl', 1), drained('ttl', 0.9))).toBe(false);
    expect(looksTheSame(drained('ttl', 1), drained('ttl', 0.999))).toBe(true);
    expect(looksTheSame(drained('lru', 1), drained('lru', 0.5))).toBe(true);
  });
});

function gone(id: number): CacheShelfReport['left'][number] {
  return { id, cause: 'size', reason: 'LRU gave it up to make room.', leftAgoMs: 5 };
}
