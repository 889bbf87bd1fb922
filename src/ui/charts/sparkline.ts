/**
 * The path of a small line without axes, for tiles. Pure: numbers in, an SVG path out.
 */

/** Lines through the finite values, broken at gaps, from 0 at the bottom to the largest value at the top. */
export function sparklinePath(values: ArrayLike<number>, width: number, height: number): string {
  let max = 0;
  for (let index = 0; index < values.length; index++) {
    if (Number.isFinite(values[index])) max = Math.max(max, values[index]);
  }
  const stepX = values.length > 1 ? width / (values.length - 1) : 0;
  const parts: string[] = [];
  let drawing = false;
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (!Number.isFinite(value)) {
      drawing = false;
      continue;
    }
    const y = max > 0 ? height - (Math.max(0, value) / max) * height : height;
    parts.push(`${drawing ? 'L' : 'M'}${(index * stepX).toFixed(1)} ${y.toFixed(1)}`);
    drawing = true;
  }
  return parts.join('');
}
