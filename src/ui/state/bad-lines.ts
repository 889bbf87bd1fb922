/** Lines that an import left out, as a CSV file to mend and import again. Pure. */
import type { BadLine } from '../../engine/protocol.ts';
import { toCsv } from '../charts/csv.ts';

export function badLinesCsv(lines: readonly BadLine[]): string {
  const items = lines.some(({ item }) => item !== undefined);
  return toCsv([
    ...(items ? [{ name: 'item', values: lines.map(({ item }) => item ?? null) }] : []),
    { name: 'line', values: lines.map(({ line }) => line) },
    { name: 'reason', values: lines.map(({ reason }) => reason) },
    { name: 'text', values: lines.map(({ text }) => text) },
  ]);
}
