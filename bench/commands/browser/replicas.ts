/** One more replica: how soon it answers, and what memory it takes. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { measureIn, measureOn, openHost, type Host } from '../../browser-host.ts';
import type { ReplicaKind } from '../../browser/memory.ts';
import { median, rounded } from '../../figures.ts';
import { absolute, beside, sameAnswers, type Bench, type Figure } from './figure.ts';

export async function replicas({ host, page, rounds }: Bench): Promise<Figure[]> {
  const report = await measureIn(host, { folder: page, isolated: true }, 'replicas', [rounds]);
  sameAnswers(report.differences, 'replicas');
  const megabytes = `${Math.round(report.megabytes)} MB`;
  const official = `sqlite-wasm: export, transfer, deserialize (${megabytes})`;
  const kept = `sqlite-wasm: bytes kept aside, cloned, deserialize (${megabytes})`;
  const peer = `sql.js: export, transfer, open (${megabytes})`;
  const shared = report.sharedMs ?? NaN;
  const officialOpenMs = report.officialMs - report.officialExportMs;
  const note =
    `from handing over to the first row, in workers that have served three times; of the peer's time the owner's export is ` +
    `${rounded(report.officialExportMs)} ms, which each replica needs since bytes can be given away only once, and the rest ${rounded(officialOpenMs)} ms`;
  const parts =
    `for comparison, an empty message to such a worker and back takes ${rounded(report.emptyMs)} ms, and bare sql.js, ` +
    `inside a worker, ${rounded(report.bareMs)} ms to read the schema of an open database anew and run the query`;
  return [
    {
      ...beside('another replica, base shared', shared, 'ms', official, report.officialMs, 50),
      note: `${note}; ${parts}`,
    },
    beside(
      'the same, a query that no replica has met',
      report.sharedUnmetMs ?? NaN,
      'ms',
      official,
      report.officialMs,
      null,
    ),
    beside('the same', shared, 'ms', kept, report.officialKeptMs, null),
    beside('the same in a warm spare', report.sharedSpareMs ?? NaN, 'ms', official, report.officialMs, null),
    beside('another replica, base shared', shared, 'ms', peer, report.peerMs, null),
    beside('another replica, base copied', report.copiedMs, 'ms', official, report.officialMs, null),
  ];
}

const REPLICAS = 4;
/** Three: each round is a browser of its own with 50 MB in it. */
const MEMORY_ROUNDS_MAX = 3;

/**
 * Growth of resident memory of all renderer processes of a browser that shows one page, over four replicas, divided by
 * four; each reading after a collection of garbage in the page and in every worker.
 */
export async function memory({ page, rounds, progress }: Bench): Promise<Figure[]> {
  const grown: Record<ReplicaKind, { first: number[]; scanned: number[] }> = {
    shared: { first: [], scanned: [] },
    copied: { first: [], scanned: [] },
    official: { first: [], scanned: [] },
  };
  const kinds = Object.keys(grown) as ReplicaKind[];
  for (let round = 0; round < Math.min(rounds, MEMORY_ROUNDS_MAX); round++) {
    for (const kind of kinds) {
      const host = await openHost(progress, ['--js-flags=--expose-gc']);
      try {
        const { first, scanned } = await growth(host, page, kind);
        grown[kind].first.push(first);
        grown[kind].scanned.push(scanned);
      } finally {
        await host.close();
      }
    }
  }
  const official = 'sqlite-wasm, deserialize';
  const of = (kind: ReplicaKind, when: 'first' | 'scanned'): number => median(grown[kind][when]);
  const line = (name: string, kind: ReplicaKind, when: 'first' | 'scanned', target: number | null): Figure => ({
    ...beside(name, of(kind, when), 'MB', official, of('official', when), null),
    target,
    met: target === null ? null : of(kind, when) <= target,
  });
  return [
    { ...line('memory of one more replica of 50 MB, base shared', 'shared', 'first', 10), note: HOW },
    line('memory of one more replica of 50 MB, base copied', 'copied', 'first', null),
    line('the same after it has read every row, base shared', 'shared', 'scanned', null),
    line('the same after it has read every row, base copied', 'copied', 'scanned', null),
    absolute('memory of one more replica of 50 MB, sqlite-wasm', of('official', 'first'), 'MB', null),
  ];
}

const HOW =
  'resident memory of the renderer processes, workers included, after garbage collection: growth over four replicas, divided by four';

async function growth(host: Host, folder: string, kind: ReplicaKind): Promise<{ first: number; scanned: number }> {
  return host.visit({ folder, isolated: true }, async (page, url) => {
    await page.goto(url);
    await measureOn(page, 'prepareReplicas', [kind]);
    const before = await residentMegabytes(host, page);
    await measureOn(page, 'addReplicas', [kind, REPLICAS]);
    const after = await residentMegabytes(host, page);
    await measureOn(page, 'scanReplicas', []);
    const scanned = await residentMegabytes(host, page);
    return { first: (after - before) / REPLICAS, scanned: (scanned - before) / REPLICAS };
  });
}

/** Of all renderer processes of the browser together, once their garbage is collected. */
async function residentMegabytes(host: Host, page: Page): Promise<number> {
  const collect = (): void => (globalThis as unknown as { gc(): void }).gc();
  // What a worker's end gives back arrives in pieces: readings are taken until two agree.
  let last = Infinity;
  for (let reading = 0; reading < 20; reading++) {
    await page.evaluate(collect);
    for (const worker of page.workers()) await worker.evaluate(collect);
    await page.waitForTimeout(250);
    const present = await residentNow(host);
    if (Math.abs(present - last) < 0.5) return present;
    last = present;
  }
  return last;
}

async function residentNow(host: Host): Promise<number> {
  const session = await host.browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const known = new Set(readdirSync('/proc'));
  return processInfo
    .filter(({ type, id }) => type === 'renderer' && known.has(String(id)))
    .reduce((sum, { id }) => sum + residentOf(id), 0);
}

function residentOf(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes ?? NaN) / 1000;
}
