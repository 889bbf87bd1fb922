/**
 * How many hits no strategy can exceed where entries differ in size: the optimum itself is NP-hard there. Each hit needs its key to be held
 * from one use to the next, which takes its bytes for so many requests; the room is the capacity at every request. Whoever may spread that
 * room over time as he likes, and takes the cheapest hits first, has at least as many as any strategy (PFOO-L of Berger, Beckmann and
 * Harchol-Balter, SIGMETRICS 2018, which bounds misses from below). Room at a request is counted only as far as there is use for it.
 */

export interface HitBounds {
  hits: number;
  /** Sum of the sizes of the requests that hit. */
  bytes: number;
}

/**
 * Bounds from above, each by itself: the most hits and the most bytes need not go together. `sizes` in bytes by request; where a key's
 * size changes, its lightest size so far is what it takes. `capacity` in bytes.
 */
export function hitBounds(keys: Uint32Array, sizes: Float64Array, capacity: number): HitBounds {
  const held = intervals(keys, sizes, capacity);
  const ones = new Float64Array(held.costs.length).fill(1);
  return { hits: mostWithin(held.room, held.costs, ones), bytes: mostWithin(held.room, held.costs, held.bytes) };
}

/** From each use of a key to its next one: what holding it costs, in bytes times requests, and what its hit is worth, in bytes. */
function intervals(keys: Uint32Array, sizes: Float64Array, capacity: number) {
  const seen = new Map<number, { at: number; bytes: number }>();
  const costs: number[] = [];
  const bytes: number[] = [];
  const wantedMore = new Float64Array(keys.length + 1);
  for (let at = 0; at < keys.length; at++) {
    const before = seen.get(keys[at]);
    if (before === undefined) {
      seen.set(keys[at], { at, bytes: sizes[at] });
      continue;
    }
    if (before.bytes <= capacity) {
      costs.push(before.bytes * (at - before.at));
      bytes.push(sizes[at]);
      wantedMore[before.at] += before.bytes;
      wantedMore[at] -= before.bytes;
    }
    before.at = at;
    before.bytes = Math.min(before.bytes, sizes[at]);
  }
  let room = 0;
  let wanted = 0;
  for (const more of wantedMore) room += Math.min(capacity, (wanted += more));
  return { costs: Float64Array.from(costs), bytes: Float64Array.from(bytes), room };
}

/** The most value that the room can pay for: by cost per value, the last one in part (the fractional knapsack), rounded down. */
function mostWithin(room: number, costs: Float64Array, values: Float64Array): number {
  const order = Uint32Array.from(costs, (_, nth) => nth).filter((nth) => values[nth] > 0);
  order.sort((a, b) => costs[a] / values[a] - costs[b] / values[b]);
  let left = room;
  let value = 0;
  for (const nth of order) {
    if (costs[nth] > left) return Math.floor(value + (values[nth] * left) / costs[nth]);
    left -= costs[nth];
    value += values[nth];
  }
  return value;
}
