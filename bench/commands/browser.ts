/** The figures that only a browser can give: the page as shipped, and its parts beside sql.js in one page load. */
import { buildBench, buildProduct, initialScriptBytes, measureIn, openHost, type Host } from '../browser-host.ts';
import { list, number, UsageError, type Command, type Progress } from '../command.ts';
import { median, rounded } from '../figures.ts';
import { spin } from './spin.ts';

export interface Figure {
  name: string;
  value: number;
  unit: 'ms' | 'µs' | 'kB';
  /** What it was measured beside, in the same run, and that one's value in the same unit; null for an absolute figure. */
  peer: string | null;
  peerValue: number | null;
  /** peerValue / value: how many times faster. */
  ratio: number | null;
  /** The least ratio, or for an absolute figure the largest value; null where the figure only stands beside another. */
  target: number | null;
  met: boolean | null;
  note?: string;
}

interface Bench {
  host: Host;
  product: string;
  page: string;
  rounds: number;
  progress: Progress;
}

/** Groups of figures, by the name that --only takes. */
const GROUPS = {
  'first-result': firstResult,
  weight,
  rows,
  replicas,
  cache,
  cancel,
} as const;

type Group = keyof typeof GROUPS;

export const command: Command = {
  name: 'browser',
  summary: 'in Chromium: first result, rows to page, another worker, cache hit, cancel; beside sql.js',
  options: [
    { name: 'only', type: 'list', help: `groups to measure: ${Object.keys(GROUPS).join(', ')}; all unless told` },
    { name: 'rounds', type: 'number', default: 5, help: 'runs whose median counts, 1 to 99 (rows: two more)' },
  ],
  async run(options, progress) {
    const rounds = number(options, 'rounds');
    if (!(Number.isInteger(rounds) && rounds >= 1 && rounds <= 99)) {
      throw new UsageError(`--rounds must be an integer in [1, 99], got ${rounds}.`);
    }
    const only = list(options, 'only');
    for (const name of only) {
      if (!(name in GROUPS)) throw new UsageError(`--only takes ${Object.keys(GROUPS).join(', ')}; got ${name}.`);
    }
    const groups = only.length > 0 ? (only as Group[]) : (Object.keys(GROUPS) as Group[]);
    const { ratio: spinRatio } = await spin(0.5, 3, () => {});
    const [product, page] = [await buildProduct(progress), await buildBench(progress)];
    const host = await openHost(progress);
    try {
      const figures: Figure[] = [];
      for (const group of groups) {
        progress(group);
        for (const figure of await GROUPS[group]({ host, product, page, rounds, progress })) {
          figures.push(figure);
          progress(told(figure));
        }
      }
      return { figures, spinRatio, rounds, browser: host.browser.version() };
    } finally {
      await host.close();
    }
  },
};

/** From the start of the navigation, in a context that has never seen the page; the host sends no headers, as most do. */
async function firstResult({ host, product, rounds }: Bench): Promise<Figure[]> {
  const query: number[] = [];
  const result: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await host.visit({ folder: product, isolated: false }, async (page, url) => {
      await page.addInitScript(noteAppearances, { query: 'textarea, .cm-content', result: '[role=gridcell]' });
      await page.goto(url, { waitUntil: 'commit' });
      await page.locator('[role=gridcell]').first().waitFor();
      const seen = await page.evaluate(() => (window as unknown as { appearedAtMs: Appeared }).appearedAtMs);
      query.push(seen.query ?? NaN);
      result.push(seen.result ?? NaN);
    });
  }
  return [
    absolute('query readable, cold', median(query), 'ms', 1000),
    absolute('first result, cold, S shop', median(result), 'ms', 1500),
  ];
}

type Appeared = Record<string, number | undefined>;

/** Runs in the page before its own scripts: when each selector first matches something, after the frame that shows it. */
function noteAppearances(selectors: Record<string, string>): void {
  const appearedAtMs: Appeared = {};
  Object.assign(window, { appearedAtMs });
  const look = (): void => {
    for (const [name, selector] of Object.entries(selectors)) {
      if (document.querySelector(selector)) appearedAtMs[name] ??= performance.now();
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

function weight({ product }: Bench): Promise<Figure[]> {
  return Promise.resolve([absolute('scripts of the first load, gzip', initialScriptBytes(product) / 1000, 'kB', 60)]);
}

async function rows({ host, page, rounds }: Bench): Promise<Figure[]> {
  const report = await measureIn(host, { folder: page, isolated: true }, 'rowsToPage', [rounds + 2]);
  if (report.differences > 0) throw new Error('the rows were not those of sql.js');
  const peer = 'sql.js exec() through structured clone';
  return [
    beside('100,000 x 6 rows, worker to page', report.columnsMs, 'ms', peer, report.peerMs, 4),
    beside('100,000 x 6 rows, through the engine', report.engineMs, 'ms', peer, report.peerMs, null),
    {
      ...absolute('receive and decode the first 80 rows', report.firstRowsMs, 'ms', 1),
      peer: 'sql.js: receive all rows',
      peerValue: rounded(report.peerReadMs),
      ratio: rounded(report.peerReadMs / report.firstRowsMs),
    },
  ];
}

async function replicas({ host, page, rounds }: Bench): Promise<Figure[]> {
  const report = await measureIn(host, { folder: page, isolated: true }, 'replicas', [rounds]);
  if (report.differences > 0) throw new Error('a replica did not answer as sql.js did');
  const peer = `sql.js: export, transfer, open (${Math.round(report.megabytes)} MB)`;
  return [
    beside('another worker, base shared', report.sharedMs ?? NaN, 'ms', peer, report.peerMs, 10),
    beside('another worker, base copied', report.copiedMs, 'ms', peer, report.peerMs, null),
  ];
}

async function cache({ host, page, rounds }: Bench): Promise<Figure[]> {
  const report = await measureIn(host, { folder: page, isolated: true }, 'cacheHits', [10_000, rounds]);
  if (report.staleRows + report.missed > 0) throw new Error('not every answer was a fresh hit');
  const figure = beside('cache hit, engine worker', report.hitUs, 'µs', 'executed', report.executedUs, 20);
  return [{ ...figure, note: '10,000 point reads in turn' }];
}

async function cancel({ host, page, rounds }: Bench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const isolated of [true, false]) {
    const report = await measureIn(host, { folder: page, isolated }, 'cancelRunaway', [rounds]);
    if (report.failures > 0) throw new Error(`${report.failures} of ${rounds} cancels went wrong`);
    if (report.isolated !== isolated) throw new Error('the page is not as isolated as it should be');
    const path = isolated ? 'isolated' : 'plain';
    figures.push(
      absolute(`runaway query cancelled, ${path}`, report.goneMs, 'ms', 500),
      absolute(`next query answered after the cancel, ${path}`, report.usableMs, 'ms', 500),
    );
  }
  return figures;
}

function absolute(name: string, value: number, unit: Figure['unit'], target: number): Figure {
  return { name, value: rounded(value), unit, peer: null, peerValue: null, ratio: null, target, met: value <= target };
}

function beside(
  name: string,
  value: number,
  unit: Figure['unit'],
  peer: string,
  peerValue: number,
  target: number | null,
): Figure {
  const ratio = peerValue / value;
  const met = target === null ? null : ratio >= target;
  return { name, value: rounded(value), unit, peer, peerValue: rounded(peerValue), ratio: rounded(ratio), target, met };
}

function told({ name, value, unit, peer, peerValue, ratio, met }: Figure): string {
  const compared = peer === null ? '' : `; ${peer}: ${peerValue} ${unit}, ${ratio} times`;
  return `  ${name}: ${value} ${unit}${compared}${met === false ? ' (short of the target)' : ''}`;
}
