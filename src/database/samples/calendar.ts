/**
 * Moments in time order over two years, as a shop lives them: growing, quiet on Sundays, busy in December, asleep at night.
 * Integers only.
 */
import type { Random } from '../../core/ports.ts';

/** Days since 1970 of 2024-01-01, and the days of the years 2024 and 2025. */
const FIRST_DAY = 19723;
const DAYS = 731;

/** `count` moments in ascending order, as seconds since 1970 began. */
export function momentsInOrder(count: number, random: Random): Float64Array {
  const sums = dayWeightSums();
  const total = sums[DAYS - 1];
  const moments = new Float64Array(count);
  let filled = 0;
  for (let day = 0; day < DAYS; day++) {
    const until = day === DAYS - 1 ? count : Math.floor((sums[day] * count) / total);
    const start = filled;
    for (; filled < until; filled++) moments[filled] = (FIRST_DAY + day) * 86400 + secondOfDay(random);
    moments.subarray(start, filled).sort();
  }
  return moments;
}

/** `YYYY-MM-DD HH:MM:SS`, as SQLite's datetime() writes it. */
export function isoDateTime(seconds: number): string {
  const date = isoDate(Math.floor(seconds / 86400));
  const second = seconds % 86400;
  return `${date} ${pair(Math.floor(second / 3600))}:${pair(Math.floor(second / 60) % 60)}:${pair(second % 60)}`;
}

let lastDay = -1;
let lastDate = '';

/** `YYYY-MM-DD` of a day since 1970. Moments come in order, so the day before is nearly always the answer. */
export function isoDate(day: number): string {
  if (day !== lastDay) {
    lastDay = day;
    lastDate = new Date(day * 86400000).toISOString().slice(0, 10);
  }
  return lastDate;
}

function dayWeightSums(): Float64Array {
  const sums = new Float64Array(DAYS);
  let sum = 0;
  for (let day = 0; day < DAYS; day++) {
    const growth = 400 + day; // nearly three times as much at the end
    const weekday = (FIRST_DAY + day + 4) % 7; // 1970-01-01 was a Thursday; 0 is Sunday
    const week = weekday === 0 ? 6 : weekday === 6 ? 9 : 10;
    const month = Number(isoDate(FIRST_DAY + day).slice(5, 7));
    const season = month === 12 ? 17 : month === 11 ? 13 : 10;
    sums[day] = sum += growth * week * season;
  }
  return sums;
}

/** Between 6 and 24 o'clock, most often in the afternoon: the mean of two draws. */
function secondOfDay(random: Random): number {
  return 21600 + ((random.below(64800) + random.below(64800)) >> 1);
}

function pair(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
