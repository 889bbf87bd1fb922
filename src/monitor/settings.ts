/** Bounds of what the monitor keeps. All of it is memory, so all of it has an end. */
export const MONITOR_LIMITS = {
  /** Ten minutes, a point a second. */
  historySeconds: 600,
  /** The window of tiles, alerts and health. */
  windowMs: 5_000,
  /** Seconds whose sketches are kept whole; older ones keep p50, p95, p99, count and sum. */
  sketchSeconds: 64,
  metrics: 64,
  workers: 256,
  statements: 500,
  sampleTextLength: 10_000,
  /** Texts with their values that are kept of one kind of statement. */
  samples: 3,
  events: 500,
  /** Two signs of life further apart than this mean that the thread slept (a hidden tab): nothing was measured between. */
  sleepMs: 2_500,
} as const;
