/** Numbers for people: at most three significant digits, always with their unit; `–` where nothing was measured. */
import { formatBytes as bytesForPeople } from '../core/bytes.ts';

export const NOTHING = '–';

/** `0.021 ms`, `4.21 ms`, `212 ms`, `1.5 s`, `2 min 5 s`. Below a microsecond the clock says nothing: `< 0.001 ms`. */
export function formatMs(ms: number | null | undefined): string {
  if (!isMeasured(ms)) return NOTHING;
  const size = Math.abs(ms);
  if (size > 0 && size < 0.001) return '< 0.001 ms';
  if (size < 999.5) return `${threeDigits(ms)} ms`;
  if (size < 59_950) return `${threeDigits(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.trunc(seconds / 60);
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
}

/** A measured time, which is never nothing: 0 means that it was shorter than the clock's step. */
export function formatMeasuredMs(ms: number | null | undefined): string {
  return ms === 0 ? `< ${CLOCK_STEP_MS} ms` : formatMs(ms);
}

/** The coarsest step of a page's clock where it is not cross-origin isolated, ms. */
export const CLOCK_STEP_MS = 0.1;

/** A quotient of two measured times: `1.08x`, `41.2x`, `212x`, `3,210x`. */
export function formatTimes(ratio: number | null | undefined): string {
  if (!isMeasured(ratio)) return NOTHING;
  return `${threeDigits(Math.abs(ratio) < 1000 ? ratio : Number(ratio.toPrecision(3)))}x`;
}

/** A ratio 0..1 as `61.3 %`. */
export function formatPercent(ratio: number | null | undefined): string {
  return isMeasured(ratio) ? `${threeDigits(ratio * 100)} %` : NOTHING;
}

/** A part of a whole, 0..1, as one of several that add up: `61.3 %`, `0.4 %`, `< 0.1 %`. */
export function formatShare(ratio: number | null | undefined): string {
  if (!isMeasured(ratio)) return NOTHING;
  return ratio > 0 && ratio < 0.001 ? '< 0.1 %' : `${(ratio * 100).toFixed(1)} %`;
}

/** `512 B`, `1.21 MiB`. */
export function formatBytes(bytes: number | null | undefined): string {
  return isMeasured(bytes) ? bytesForPeople(bytes) : NOTHING;
}

/** Exact, grouped: `100,000`. For counts that a person may compare with another. */
export function formatCount(count: number | bigint | null | undefined): string {
  if (typeof count !== 'bigint' && !isMeasured(count)) return NOTHING;
  const text = String(count);
  return text.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** At most three digits and a magnitude: `950`, `1.2 k`, `3.4 M`. */
export function formatCompact(value: number | null | undefined): string {
  return isMeasured(value) ? compact(value, ' ') : NOTHING;
}

/** Per second: `0.5/s`, `1.2 k/s`. */
export function formatRate(perSecond: number | null | undefined): string {
  return isMeasured(perSecond) ? `${compact(perSecond, ' ')}/s` : NOTHING;
}

/** `1 row`, `100,000 rows`; other words by the further arguments. */
export function formatRows(count: number, word = 'row', words = `${word}s`): string {
  return `${formatCount(count)} ${count === 1 ? word : words}`;
}

/** Time since, for display: `just now`, `4 s ago`, `3 min ago`, `2 h ago`. */
export function formatAge(ms: number): string {
  if (ms < 1500) return 'just now';
  if (ms < 60_000) return `${Math.round(ms / 1000)} s ago`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min ago`;
  if (ms < 48 * 3_600_000) return `${Math.round(ms / 3_600_000)} h ago`;
  return `${Math.round(ms / 86_400_000)} days ago`;
}

/** Time of day, `14:03:21`, from milliseconds since 1970. */
export function formatClock(wallMs: number): string {
  const date = new Date(wallMs);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** Three significant digits without an exponent; trailing zeros go. */
export function threeDigits(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 999.5) return formatCount(Math.round(value));
  // 9.996 has one digit before the point but rounds to 10.0: take the digits of the rounded value.
  const rounded = Number(value.toPrecision(3));
  const before = Math.floor(Math.log10(Math.abs(rounded))) + 1;
  const decimals = Math.max(0, 3 - before);
  return trimZeros(rounded.toFixed(Math.min(decimals, 6)));
}

function compact(value: number, gap = ''): string {
  const size = Math.abs(value);
  if (size < 999.5) return threeDigits(value);
  if (size < 999_500) return `${threeDigits(value / 1e3)}${gap}k`;
  if (size < 999_500_000) return `${threeDigits(value / 1e6)}${gap}M`;
  return `${threeDigits(value / 1e9)}${gap}G`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function isMeasured(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
