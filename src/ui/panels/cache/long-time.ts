/** Times that a person sets, up to days. */
import { formatMs, threeDigits } from '../../format.ts';

/** `30 s`, `10 min`, `6 h`, `7 days`: in the largest unit of which there are two; below two minutes as any other time. */
export function formatLongMs(ms: number): string {
  if (ms >= 2 * 86_400_000) return `${threeDigits(ms / 86_400_000)} days`;
  if (ms >= 2 * 3_600_000) return `${threeDigits(ms / 3_600_000)} h`;
  if (ms >= 2 * 60_000) return `${threeDigits(ms / 60_000)} min`;
  return formatMs(ms);
}
