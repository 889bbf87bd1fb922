/** Rows imported from CSV, in Chromium. Beside the sqlite3 program they are measured in Node: `measure import`. */
import { measureIn } from '../../browser-host.ts';
import { rounded } from '../../figures.ts';
import { sameAnswers, type Bench, type Figure } from './figure.ts';

const ROWS = 100_000;

export async function imports({ host, page, rounds }: Bench): Promise<Figure[]> {
  const report = await measureIn(host, { folder: page, isolated: true }, 'importRows', [ROWS, rounds]);
  sameAnswers(report.differences, 'rows imported');
  return [
    {
      name: 'rows imported from CSV',
      value: rounded(report.rowsPerS),
      unit: 'rows/s',
      peer: null,
      peerValue: null,
      ratio: null,
      target: null,
      met: null,
      note: `100,000 rows of six columns, ${rounded(report.megabytes)} MB, preview included`,
    },
  ];
}
