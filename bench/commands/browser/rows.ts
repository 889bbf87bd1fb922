/** Rows to the page, beside both peers and the bare step loop. */
import { measureIn } from '../../browser-host.ts';
import { rounded } from '../../figures.ts';
import { absolute, beside, sameAnswers, type Bench, type Figure } from './figure.ts';

export async function rows({ host, page, rounds }: Bench): Promise<Figure[]> {
  const report = await measureIn(host, { folder: page, isolated: true }, 'rowsToPage', [rounds + 2]);
  sameAnswers(report.differences, 'rows to the page');
  const what = '100,000 x 6 rows, worker to page';
  const peer = 'sql.js exec() through structured clone';
  const official = 'sqlite-wasm exec() arrays through structured clone';
  const bare = beside(what, report.columnsMs, 'ms', 'bare step loop, nothing read', report.stepLoopMs, 0.5);
  return [
    beside(what, report.columnsMs, 'ms', official, report.officialMs, 8),
    { ...bare, note: `${rounded(report.columnsMs / report.stepLoopMs)} times the bare loop; 2 or less is the aim` },
    beside(what, report.columnsMs, 'ms', peer, report.peerMs, 4),
    beside('100,000 x 6 rows, through the engine', report.engineMs, 'ms', official, report.officialMs, null),
    {
      ...absolute('receive and decode the first 80 rows', report.firstRowsMs, 'ms', 1),
      peer: 'sqlite-wasm: receive all rows',
      peerValue: rounded(report.officialReadMs),
      ratio: rounded(report.officialReadMs / report.firstRowsMs),
      note: `sql.js: ${rounded(report.peerReadMs)} ms`,
    },
  ];
}
