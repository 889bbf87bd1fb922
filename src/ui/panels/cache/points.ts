/** Differences of shares, which are told in points: 61.3 % is 2.1 points above 59.2 %. */
import { NOTHING } from '../../format.ts';

/** `2.1 points`, `0.04 points`, `0 points`; `ratio` is a difference of two ratios, without its sign. */
export function points(ratio: number | null): string {
  if (ratio === null || !Number.isFinite(ratio)) return NOTHING;
  const size = Math.abs(ratio) * 100;
  if (size === 0) return '0 points';
  if (size < 0.005) return '< 0.01 points';
  const text = size < 0.095 ? size.toFixed(2) : size.toFixed(1);
  return `${text} ${text === '1.0' ? 'point' : 'points'}`;
}
