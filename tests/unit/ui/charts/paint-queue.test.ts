import { describe, expect, it } from 'vitest';
import { createPaintQueue } from '../../../../src/ui/charts/paint-queue.ts';

function manualFrames(): { request: (callback: () => void) => void; next: () => void; pending: () => number } {
  const frames: (() => void)[] = [];
  return {
    request: (callback) => frames.push(callback),
    next: () => frames.shift()?.(),
    pending: () => frames.length,
  };
}

describe('paint queue', () => {
  it('paints a chart once per frame, with its newest request', () => {
    const frames = manualFrames();
    const queue = createPaintQueue(frames.request, 2);
    const painted: string[] = [];
    const chart = {};
    queue.request(chart, () => painted.push('old'));
    queue.request(chart, () => painted.push('new'));
    expect(frames.pending()).toBe(1);
    frames.next();
    expect(painted).toEqual(['new']);
    expect(frames.pending()).toBe(0);
  });

  it('spreads many charts over frames', () => {
    const frames = manualFrames();
    const queue = createPaintQueue(frames.request, 2);
    const painted: number[] = [];
    for (let chart = 0; chart < 5; chart++) queue.request({}, () => painted.push(chart));
    const perFrame: number[] = [];
    while (frames.pending()) {
      const before = painted.length;
      frames.next();
      perFrame.push(painted.length - before);
    }
    expect(perFrame).toEqual([2, 2, 1]);
    expect(painted).toEqual([0, 1, 2, 3, 4]);
  });

  it('forgets a chart that went away', () => {
    const frames = manualFrames();
    const queue = createPaintQueue(frames.request, 2);
    const chart = {};
    queue.request(chart, () => expect.unreachable());
    queue.cancel(chart);
    frames.next();
    expect(frames.pending()).toBe(0);
  });
});
