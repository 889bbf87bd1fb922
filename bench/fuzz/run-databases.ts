/** The fuzz of database files in its three places: a browser, processes of Node, this process. */
import { buildBench, measureIn, openHost } from '../browser-host.ts';
import type { Progress } from '../command.ts';
import type { FuzzOptions } from '../commands/fuzz.ts';
import { emptyReport, fuzzDatabases, type DatabaseFuzzReport, type FuzzedFile } from '../fuzz-databases.ts';
import { openLab } from '../lab.ts';
import { sqliteModule } from '../sandbox.ts';
import { DATABASE_SEEDS } from './database-seeds.ts';
import { doneLine, inSlices } from './in-slices.ts';

export function runDatabases(options: FuzzOptions, progress: Progress): Promise<DatabaseFuzzReport> {
  if (options.browser) return inBrowser(options, progress);
  return options.inProcess ? inProcess(options, progress) : inProcesses(options, progress);
}

/** All in one thread, without end where a file hangs. */
export async function inProcess(
  { first, count, seed }: Pick<FuzzOptions, 'first' | 'count' | 'seed'>,
  progress: Progress,
): Promise<DatabaseFuzzReport> {
  const lab = await openLab({ seed });
  try {
    const bases = await madeBases();
    const range = { first, count, seed };
    return await fuzzDatabases(
      lab.call,
      bases,
      range,
      () => performance.now(),
      (done) => progress(doneLine(first + done - 1)),
    );
  } finally {
    lab.stop();
  }
}

/** The seeds as files. */
async function madeBases(): Promise<FuzzedFile[]> {
  const { raw } = await sqliteModule();
  return DATABASE_SEEDS.map(({ name, sql }) => {
    const database = new raw.Database();
    database.run(sql);
    const bytes = database.export();
    database.close();
    return { name, bytes };
  });
}

async function inProcesses({ first, count, seed }: FuzzOptions, progress: Progress): Promise<DatabaseFuzzReport> {
  const total = emptyReport(count, seed);
  await inSlices<DatabaseFuzzReport>(
    { first, count },
    (slice) => [
      'fuzz',
      '--what',
      'databases',
      '--in-process',
      '--seed',
      `${seed}`,
      '--first',
      `${slice.first}`,
      '--count',
      `${slice.count}`,
    ],
    (report) => add(total, report),
    (number, how) => {
      if (how === 'hung') total.hung++;
      else total.unforeseen++;
      total.failures.push({ file: number, base: '', changes: [], what: `the process ${how}` });
    },
    progress,
  );
  return total;
}

async function inBrowser({ first, count, seed }: FuzzOptions, progress: Progress): Promise<DatabaseFuzzReport> {
  const folder = await buildBench(progress);
  const host = await openHost(progress);
  const total = emptyReport(count, seed);
  try {
    // A page of its own for every hundred: what a page leaks would hide what a file does.
    for (let at = first; at < first + count; at += PAGE) {
      const slice = { first: at, count: Math.min(PAGE, first + count - at), seed };
      add(total, await measureIn(host, { folder, isolated: (at / PAGE) % 2 < 1 }, 'fuzzDatabaseFiles', [slice]));
      progress(`${at + slice.count - first} of ${count}`);
    }
  } finally {
    await host.close();
  }
  return total;
}

const PAGE = 500;

function add(total: DatabaseFuzzReport, part: DatabaseFuzzReport): void {
  for (const name of [
    'opened',
    'refused',
    'toldDamaged',
    'workersLost',
    'hung',
    'unforeseen',
    'wrongAfterwards',
  ] as const) {
    total[name] += part[name];
  }
  total.slowestMs = Math.max(total.slowestMs, part.slowestMs);
  for (const name of ['refusals', 'errors'] as const) {
    for (const [code, times] of Object.entries(part[name])) total[name][code] = (total[name][code] ?? 0) + times;
  }
  total.failures.push(...part.failures);
}
