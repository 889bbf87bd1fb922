/** Pages of a database on their way: a write shipped to a replica, and a private copy of everything. */
import { measureIn } from '../../browser-host.ts';
import { absolute, beside, type Bench, type Figure } from './figure.ts';

const FORKED_MB = 200;

export async function writes({ host, page, rounds }: Bench): Promise<Figure[]> {
  const { appended, scattered } = await measureIn(host, { folder: page, isolated: true }, 'shippedWrites', [
    rounds + 2,
  ]);
  const replay = 'the statement run again there';
  return [
    {
      ...beside('write of 1,000 rows shipped to a replica', appended.shipMs, 'ms', replay, appended.replayMs, 10),
      note: `rows at the end of their table, ${appended.pages} pages`,
    },
    {
      ...beside('the same, scattered over an index', scattered.shipMs, 'ms', replay, scattered.replayMs, null),
      note: `${scattered.pages} pages`,
    },
  ];
}

export async function forks({ host, page, rounds }: Bench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const isolated of [true, false]) {
    const report = await measureIn(host, { folder: page, isolated }, 'forks', [FORKED_MB, rounds]);
    const megabytes = Math.round(report.databaseBytes / 1e6);
    const path = isolated ? 'isolated' : 'inside one worker';
    const note = `first row read after another ${report.firstReadMs} ms, first row written ${report.firstWriteMs} ms; thrown away in ${report.closeMs} ms`;
    figures.push({ ...absolute(`fork of ${megabytes} MB, ${path}`, report.forkMs, 'ms', 10), note });
  }
  return figures;
}
