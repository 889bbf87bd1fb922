/**
 * What a picker sees of the pool: columns indexed by worker, and the set of workers that may be picked now.
 * The dispatcher keeps it up to date in place, so a pick reads a few numbers and allocates nothing.
 */
export interface WorkerView {
  /** Worker slots, taken or not: indices are 0..capacity-1. */
  readonly capacity: number;
  /** The pickable workers in no particular order: the first `eligibleCount` entries. */
  readonly eligible: Int32Array;
  readonly eligibleCount: number;
  /** Where a worker stands in `eligible`, or -1 when it may not be picked. */
  readonly eligiblePosition: Int32Array;
  /** Jobs sent or waiting for this worker and not answered yet. */
  readonly outstanding: Int32Array;
  /** Positive integers, 1 unless set. */
  readonly weight: Int32Array;
}
