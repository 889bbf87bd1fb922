/** Rows per second of a CSV file into a new table, as the page imports it: from the file to the committed record. */
import { rowsOf } from '../../src/database/rows/columns.ts';
import { median } from '../figures.ts';
import { MEASURED_ALONE } from '../point-reads.ts';
import { startEngine } from './workers.ts';

export interface ImportRowsReport {
  rows: number;
  megabytes: number;
  /** Median. */
  rowsPerS: number;
  differences: number;
}

const CITIES = ['Berlin', 'Paris', 'Porto', 'Turku', 'Vienna'];

/** Six columns: whole numbers, decimals, texts with and without quotes, empty cells. */
function csv(rows: number): Blob {
  const lines = ['id,amount,price,name,city,discount'];
  for (let id = 1; id <= rows; id++) {
    const name = id % 4 === 0 ? `"customer ""${id}"", the fourth"` : `customer ${id}`;
    const discount = id % 3 === 0 ? '' : String((id % 100) / 8);
    lines.push(`${id},${(id * 7919) % 100003},${(id * 37) / 100},${name},${CITIES[id % 5]},${discount}`);
  }
  return new Blob([lines.join('\n'), '\n'], { type: 'text/csv' });
}

export async function importRows(rows: number, rounds: number): Promise<ImportRowsReport> {
  const engine = await startEngine();
  await engine.call.settings({ change: MEASURED_ALONE });
  const file = csv(rows);
  const name = 'customers.csv';
  const rates: number[] = [];
  let differences = 0;
  for (let round = -1; round < rounds; round++) {
    const start = performance.now();
    const { reading } = await engine.call.previewImport({ file, name, reading: {} });
    const table = `imported_${round + 1}`;
    await engine.call.importFile({ file, name, plan: { reading, table, mode: 'create', into: 'open' } });
    if (round >= 0) rates.push((rows / (performance.now() - start)) * 1000);
    const { outcomes } = await engine.call.execute({
      sql: `SELECT count(*), sum(id), sum(amount), count(discount), sum(name LIKE 'customer "%", the fourth') FROM ${table}; DROP TABLE ${table}`,
      cache: false,
    });
    if (JSON.stringify(outcomes[0]?.result && rowsOf(outcomes[0].result)[0]) !== expected(rows)) differences++;
  }
  engine.end();
  return { rows, megabytes: file.size / 1e6, rowsPerS: median(rates), differences };
}

function expected(rows: number): string {
  let amounts = 0;
  for (let id = 1; id <= rows; id++) amounts += (id * 7919) % 100003;
  return JSON.stringify([rows, (rows * (rows + 1)) / 2, amounts, rows - Math.floor(rows / 3), Math.floor(rows / 4)]);
}
