/** The few numbers that alerts and health judge. Null means "nothing measured", and is never held against anybody. */

export interface Readings {
  /** Over the last 5 s, as are the error ratio and the utilization. */
  p95Ms: number | null;
  errorRatio: number | null;
  /** Busy time over elapsed of all ready workers, 0..1. */
  utilization: number | null;
  queueDepth: number | null;
  readyWorkers: number | null;
  desiredWorkers: number | null;
  ejectedWorkers: number | null;
  /** Workers lost in the last 30 s. */
  workersLost: number | null;
  /** Wasm heap and private pages over the pool's budget. */
  memoryRatio: number | null;
  /** Age of the oldest write that is not saved yet; 0 when all are saved. */
  unsavedMs: number | null;
}

/** Milliseconds in words: `40 ms`, `1.6 s`, `2 min`. */
export function durationInWords(ms: number): string {
  if (ms < 1000) return `${trim(ms)} ms`;
  return ms < 120_000 ? `${trim(ms / 1000)} s` : `${trim(ms / 60_000)} min`;
}

/** A ratio in words: `5 %`. */
export function percentInWords(ratio: number): string {
  return `${trim(ratio * 100)} %`;
}

export function countInWords(count: number): string {
  return trim(count);
}

/** At most one digit after the point, and none for what is 100 or more. */
function trim(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : 1;
  return String(Number(value.toFixed(digits)));
}
