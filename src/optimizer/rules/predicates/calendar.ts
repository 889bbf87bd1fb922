/** Periods of the calendar as the texts that SQLite's date functions give, and the moments between which they lie. */
import type { Span } from './comparison.ts';

/** What a date function cuts a moment down to. Up to `day` the bounds are written as days, beyond as full moments. */
export type Grain = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second';

const FORMS: Readonly<Record<Grain, RegExp>> = {
  year: /^\d{4}$/,
  month: /^\d{4}-\d\d$/,
  day: /^\d{4}-\d\d-\d\d$/,
  hour: /^\d{4}-\d\d-\d\d \d\d$/,
  minute: /^\d{4}-\d\d-\d\d \d\d:\d\d$/,
  second: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/,
};

/** The period from its first moment up to the first of the next; null for what is no such period, and for the last one that has a next. */
export function spanOfPeriod(text: string, grain: Grain): Span | null {
  if (!FORMS[grain].test(text)) return null;
  const fields = text.split(/[- :]/).map(Number);
  const first = dayOf(fields);
  const low = momentOf(fields, first);
  // What the calendar does not know, as 30 February, is no period.
  if (low.slice(0, text.length) !== text) return null;
  const next = fields.with(-1, (fields.at(-1) ?? 0) + 1);
  const high = momentOf(next, dayOf(next));
  if (high.length > low.length) return null;
  return grain === 'year' || grain === 'month' || grain === 'day'
    ? { low: low.slice(0, 10), high: high.slice(0, 10) }
    : { low, high };
}

/** Days since the epoch of 0000-03-01, in the proleptic Gregorian calendar; fields beyond their range carry over. */
function dayOf([year = 0, month = 1, day = 1]: readonly number[]): number {
  const months = year * 12 + (month - 1) - 2;
  const [y, m] = [Math.floor(months / 12), months - Math.floor(months / 12) * 12];
  return (
    365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + Math.floor((153 * m + 2) / 5) + day - 1
  );
}

function momentOf([, , , hour = 0, minute = 0, second = 0]: readonly number[], day: number): string {
  const seconds = hour * 3600 + minute * 60 + second;
  const days = day + Math.floor(seconds / 86_400);
  const rest = seconds % 86_400;
  const clock = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60]
    .map((part) => padded(part, 2))
    .join(':');
  return `${dateOf(days)} ${clock}`;
}

/** The inverse of `dayOf` (Hinnant, chrono-compatible low-level date algorithms, 2013). */
function dateOf(days: number): string {
  const era = Math.floor(days / 146_097);
  const ofEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const m = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * m + 2) / 5) + 1;
  const month = m < 10 ? m + 3 : m - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
