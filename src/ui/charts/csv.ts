/**
 * Measurements as comma-separated values (RFC 4180: CRLF, quotes doubled), to be opened in any spreadsheet. Pure.
 */
import type { HistoryReport } from '../../engine/protocol.ts';

/** One row per index of the columns; NaN and null become empty cells. */
export function toCsv(columns: readonly { name: string; values: ArrayLike<number | string | null> }[]): string {
  const rowCount = columns.reduce((longest, column) => Math.max(longest, column.values.length), 0);
  const lines = [columns.map((column) => quoted(column.name)).join(',')];
  for (let row = 0; row < rowCount; row++) lines.push(columns.map((column) => cell(column.values[row])).join(','));
  return lines.join('\r\n') + '\r\n';
}

/** The whole history: wall time in UTC, every series, utilization per worker. Units stand in the column names. */
export function historyCsv(history: HistoryReport): string {
  const last = history.timesMs.at(-1) ?? 0;
  const times = Array.from(history.timesMs, (timeMs) => new Date(history.lastWallMs + timeMs - last).toISOString());
  return toCsv([
    { name: 'timeUtc', values: times },
    ...Object.entries(history.series).map(([name, values]) => ({ name, values })),
    ...Object.entries(history.workers).map(([name, values]) => ({ name: `utilization.${name}`, values })),
  ]);
}

function cell(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  return quoted(value);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
