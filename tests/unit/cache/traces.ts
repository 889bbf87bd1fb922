/** Streams of keys for tests. */
import type { Random } from '../../../src/core/ports.ts';

/** Keys 0 to `unique` - 1, the k-th with a weight of 1/k. */
export function zipfKeys(random: Random, unique: number, requests: number): Uint32Array {
  const cumulative: number[] = [];
  let total = 0;
  for (let key = 1; key <= unique; key++) cumulative.push((total += 1 / key));
  return Uint32Array.from({ length: requests }, () => {
    const wanted = random.next() * total;
    let low = 0;
    let high = unique - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle] < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}
