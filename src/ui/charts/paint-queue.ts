/**
 * Repaints spread over animation frames: a chart is painted at most once per frame, and only a few charts in the same
 * frame, so that a page of charts never holds the thread for long. Later requests of a chart replace its earlier one.
 */

export interface PaintQueue {
  /** Paints `chart` soon; the newest `paint` given for it is the one that runs. */
  request(chart: object, paint: () => void): void;
  cancel(chart: object): void;
}

/** `requestFrame` calls back once before the next repaint of the screen. */
export function createPaintQueue(requestFrame: (callback: () => void) => void, chartsPerFrame: number): PaintQueue {
  const waiting = new Map<object, () => void>();
  let armed = false;

  const arm = (): void => {
    if (armed || waiting.size === 0) return;
    armed = true;
    requestFrame(() => {
      armed = false;
      let painted = 0;
      for (const [chart, paint] of waiting) {
        if (painted++ === chartsPerFrame) break;
        waiting.delete(chart);
        paint();
      }
      arm();
    });
  };

  return {
    request(chart, paint) {
      waiting.set(chart, paint);
      arm();
    },
    cancel(chart) {
      waiting.delete(chart);
    },
  };
}

/** The page's own queue: two charts a frame. */
export const paintQueue = createPaintQueue((callback) => requestAnimationFrame(callback), 2);
