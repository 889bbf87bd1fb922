// Short checks against corpora that are too large for the repository: node scripts/corpus-checks.mjs <folder>.
// Each runs `measure` and looks at its JSON. A corpus that is missing is a failure, not a skip. The last line reads
// "N passed, N failed".
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ROOT, runTool } from './lib/run.mjs';

/**
 * One check: `args` for measure, where `@name`, also in a list with commas, is a path in the folder of corpora;
 * `expect` gets its document and returns true, or a text that says what was found instead.
 * @typedef {{name: string, args: string[], expect: (result: any) => true | string}} Check
 */

// Standard errors from few seeds are rough, so a few rows lie outside by chance; the full run takes ten seeds.
const SHORT_QUEUEING = ['--seeds', '4', '--requests', '20000', '--workers', '200'];

/** @type {Check[]} */
const CHECKS = [
  {
    name: 'the spin control finds a working machine',
    args: ['spin', '--seconds', '0.2'],
    expect: ({ ratio }) => ratio > 0.3 || `two threads got ${ratio.toFixed(2)} times the work of one done`,
  },
  {
    name: 'LRU on the oltp trace has the published hit ratio',
    args: ['cache', '--trace', '@traces/oltp.keys.gz', '--capacity', '1000'],
    expect: ({ requests, cells }) => {
      const lru = (cells[0].hitRatio.lru * 100).toFixed(2);
      return (requests === 914_145 && lru === '32.83') || `${requests} requests, LRU at 1000 entries hit ${lru} %`;
    },
  },
  {
    name: 'Adaptive stays near the better of LRU and LFU on the web trace',
    args: ['cache', '--trace', '@traces/web12.keys.gz', '--capacity', '250,2500'],
    expect: ({ cells }) => {
      const short = cells.filter(({ hitRatio: { lru, lfu, adaptive } }) => adaptive < Math.max(lru, lfu) - 0.02);
      return (cells.length === 2 && short.length === 0) || `more than 2 points below: ${JSON.stringify(short)}`;
    },
  },
  ...['mm1', 'mmc', 'power_of_d'].map((table) => ({
    name: `queueing theory holds in the simulator: ${table}`,
    args: ['queueing', '--table', `@queueing/${table}.json`, ...SHORT_QUEUEING],
    expect: ({ rows, share, failures }) =>
      (rows > 0 && share >= 0.85) || `${failures.length} of ${rows} rows outside: ${JSON.stringify(failures[0])}`,
  })),
  ...['in2', 'slt_lang_update', 'slt_lang_aggfunc'].map((file) => ({
    name: `sqllogictest through the engine, cache on: ${file}`,
    args: ['sqllogictest', '--file', `@sql/sqllogictest/evidence__${file}.test.gz`, '--budget-ms', '50'],
    expect: ({ records, original, rewritten, failures }) =>
      (records > 0 && original.passed === records && rewritten.failed === 0) || `wrong: ${failures.join('; ')}`,
  })),
  {
    name: 'the engine answers as plain SQLite does',
    args: ['differential', '--statements', '2000', '--seed', '2'],
    expect: ({ differences, examples }) => differences === 0 || JSON.stringify(examples[0]),
  },
  {
    name: 'texts of one key give the same rows, and most spellings of a query have one',
    args: ['keys', '--corpus', '@sql/constructs.json,@sql/spider-dev.json,@sql/sqllogictest/select1.test.gz'],
    expect: ({ compared, otherRows, otherOrder, otherNames, examples, spellings: { case: letters, space } }) =>
      (compared > 3000 &&
        otherRows + otherOrder + otherNames === 0 &&
        letters.together + space.together > 0.98 * (letters.asked + space.asked)) ||
      JSON.stringify({ compared, otherRows, otherOrder, otherNames, letters, space, examples }),
  },
  {
    name: 'nothing is lost when workers die',
    args: ['chaos', '--trials', '20', '--seed', '2'],
    expect: (report) => {
      const { readsLost, writesLost, writesDoubled, writesUntold, replicasDiffer } = report;
      return readsLost + writesLost + writesDoubled + writesUntold + replicasDiffer === 0 || JSON.stringify(report);
    },
  },
  {
    name: 'the cache is never stale, and hits what comes again',
    args: ['engine-cache', '--point-reads', '500', '--rounds', '1', '--requests', '20000'],
    expect: ({ staleRows, missed, skewed }) =>
      (staleRows + missed + skewed.staleRows + skewed.futureRows === 0 && skewed.hitRatio > 0.75) ||
      JSON.stringify({ staleRows, missed, skewed }),
  },
];

const folder = process.argv[2];
if (!folder || !existsSync(folder)) {
  console.error('Give the folder of the corpora: node scripts/corpus-checks.mjs <folder>');
  process.exit(2);
}

let failed = 0;
for (const check of CHECKS) {
  const { problem, seconds } = await perform(check);
  if (problem !== undefined) failed++;
  console.log(`${problem === undefined ? 'ok' : 'FAIL'} ${check.name} (${seconds.toFixed(1)} s)`);
  if (problem !== undefined) console.log(`  measure ${check.args.join(' ')}\n  ${problem}`);
}
console.log(`${CHECKS.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

async function perform({ args, expect }) {
  const real = args.map((arg) => arg.replace(/(?<=^|,)@([^,]+)/g, (_, name) => resolve(join(folder, name))));
  const { code, stdout, stderr, seconds } = await runTool(join(ROOT, 'scripts/measure.mjs'), real);
  if (code !== 0) return { problem: `exit code ${code}: ${stderr.trim()}`, seconds };
  try {
    const found = expect(JSON.parse(stdout));
    return { problem: found === true ? undefined : found, seconds };
  } catch (error) {
    return { problem: `its document was not as expected: ${error.message}`, seconds };
  }
}
