/** Small arithmetic for measurements, the same in Node and in a browser. */

/** The middle value; of an even count, the mean of the middle two. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** To three significant digits: a measurement has no more. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
