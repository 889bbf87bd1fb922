/** A shelf's report from the few columns that a test speaks of. */
import type { CacheShelfReport } from '../../../../../src/engine/protocol.ts';

interface Columns {
  strategy?: CacheShelfReport['strategy'];
  capacityBytes?: number;
  ids?: number[];
  bytes: number[];
  hits?: number[];
  costMs?: number[];
  left?: CacheShelfReport['left'];
}

export function shelfReport({ strategy = 'lru', capacityBytes = 1000, bytes, ...rest }: Columns): CacheShelfReport {
  const zeros = bytes.map(() => 0);
  return {
    strategy,
    capacityBytes,
    entries: bytes.length,
    entryBytes: bytes.reduce((a, b) => a + b, 0),
    ids: Uint32Array.from(rest.ids ?? bytes.map((_, place) => place + 1)),
    bytes: Float64Array.from(bytes),
    hits: Uint32Array.from(rest.hits ?? zeros),
    costMs: Float64Array.from(rest.costMs ?? zeros),
    timeLeft: new Float32Array(bytes.length).fill(1),
    left: rest.left ?? [],
  };
}
