/**
 * Bélády's clairvoyant optimum for entries of one size (Bélády, 1966), over a recorded stream: on a miss with the cache full, whatever is
 * needed again last stays out, the newcomer included. No strategy can do better.
 */

/** Hits that the optimum has on the stream; `keys` are integers from 0. */
export function optimalHits(keys: Uint32Array, capacity: number): number {
  const next = nextUses(keys);
  const heap = new LatestUse();
  // The next use under which a key is held; 0 when it is not held (a next use is always later than request 0).
  const heldFor = new Float64Array(keys.reduce((highest, key) => Math.max(highest, key), 0) + 1);
  let held = 0;
  let hits = 0;
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at];
    if (heldFor[key] !== 0) hits++;
    else held++;
    heldFor[key] = next[at];
    heap.push(next[at], key);
    while (held > capacity) {
      const use = heap.topUse();
      const latest = heap.pop();
      // An older record of a key that was used since, and has a later record, is passed over.
      if (heldFor[latest] !== use) continue;
      heldFor[latest] = 0;
      held--;
    }
  }
  return hits;
}

/** For each request, the index of the next request for the same key; distinct numbers beyond the end where there is none. */
function nextUses(keys: Uint32Array): Float64Array {
  const next = new Float64Array(keys.length);
  const lastSeen = new Map<number, number>();
  for (let at = keys.length - 1; at >= 0; at--) {
    next[at] = lastSeen.get(keys[at]) ?? keys.length + at;
    lastSeen.set(keys[at], at);
  }
  return next;
}

/** A binary heap of (use, key), the latest use on top. */
class LatestUse {
  readonly #uses: number[] = [];
  readonly #keys: number[] = [];

  topUse(): number {
    return this.#uses[0];
  }

  push(use: number, key: number): void {
    let at = this.#uses.length;
    this.#uses.push(use);
    this.#keys.push(key);
    for (let parent = (at - 1) >> 1; at > 0 && this.#uses[parent] < use; parent = (at - 1) >> 1) {
      this.#uses[at] = this.#uses[parent];
      this.#keys[at] = this.#keys[parent];
      at = parent;
    }
    this.#uses[at] = use;
    this.#keys[at] = key;
  }

  pop(): number {
    const top = this.#keys[0];
    const use = this.#uses.pop()!;
    const key = this.#keys.pop()!;
    const length = this.#uses.length;
    if (length === 0) return top;
    let at = 0;
    for (let child = 1; child < length; child = 2 * at + 1) {
      if (child + 1 < length && this.#uses[child + 1] > this.#uses[child]) child++;
      if (this.#uses[child] <= use) break;
      this.#uses[at] = this.#uses[child];
      this.#keys[at] = this.#keys[child];
      at = child;
    }
    this.#uses[at] = use;
    this.#keys[at] = key;
    return top;
  }
}
