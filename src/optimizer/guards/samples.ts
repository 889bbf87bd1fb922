/** A few rows of the person's own, from all along each table: what small databases are filled with should look like the data. */
import { printName } from '../../sql/print.ts';
import type { Cell, Sandbox } from '../sandbox.ts';
import type { TouchedTable } from './domains.ts';

const ROWS = 8;
const LOOK_MS = 30;
/** A long text tells no more than a short one, and would stand in every counterexample. */
const CELL_LENGTH_MAX = 80;

/** The tables with samples of their rows, and the samples' values among what their columns are likely to hold. */
export function withSamples(tables: readonly TouchedTable[], data: Sandbox): TouchedTable[] {
  return tables.map((touched) => {
    const samples = samplesOf(touched, data);
    const domains = touched.domains.map((domain, at) => ({
      ...domain,
      likely: [...domain.likely, ...samples.slice(0, 3).flatMap((row) => (row[at] == null ? [] : [row[at]]))],
    }));
    return { ...touched, domains, samples };
  });
}

function samplesOf({ table, domains }: TouchedTable, data: Sandbox): Cell[][] {
  if (domains.length === 0) return [];
  const select = `SELECT ${domains.map(({ column }) => printName(column.name)).join(', ')} FROM ${printName(table.name)}`;
  try {
    const rows = table.withoutRowid
      ? data.run(`${select} LIMIT ${ROWS}`, [], LOOK_MS).rows()
      : spread(table.name, data).flatMap((at) => data.run(`${select} WHERE rowid >= ? LIMIT 1`, [at], LOOK_MS).rows());
    return rows.filter((row) => row.every(isShort));
  } catch {
    // Too slow, or a column that hides the row id: worlds do without samples.
    return [];
  }
}

/** Row ids from the first to the last in equal steps. */
function spread(table: string, data: Sandbox): bigint[] {
  const bounds = (which: 'min' | 'max'): Cell | undefined =>
    data.run(`SELECT ${which}(rowid) FROM ${printName(table)}`, [], LOOK_MS).rows()[0]?.[0];
  const [first, last] = [bounds('min'), bounds('max')];
  if (typeof first !== 'bigint' || typeof last !== 'bigint') return [];
  const ids = Array.from({ length: ROWS }, (_, at) => first + ((last - first) * BigInt(at)) / BigInt(ROWS - 1));
  return [...new Set(ids)];
}

function isShort(cell: Cell): boolean {
  return cell === null || typeof cell === 'bigint' || typeof cell === 'number' || cell.length <= CELL_LENGTH_MAX;
}
