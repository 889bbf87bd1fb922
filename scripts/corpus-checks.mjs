// Short checks against corpora that are too large for the repository: node scripts/corpus-checks.mjs <folder>.
// Each runs `measure` and looks at its JSON. A corpus that is missing is a failure, not a skip. The last line reads
// "N passed, N failed".
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ROOT, runTool } from './lib/run.mjs';

/**
 * One check: `args` for measure, where `@name` stands for a path in the folder of corpora; `expect` gets its document
 * and returns true, or a text that says what was found instead.
 * @typedef {{name: string, args: string[], expect: (result: any) => true | string}} Check
 */

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
  const real = args.map((arg) => (arg.startsWith('@') ? resolve(join(folder, arg.slice(1))) : arg));
  const { code, stdout, stderr, seconds } = await runTool(join(ROOT, 'scripts/measure.mjs'), real);
  if (code !== 0) return { problem: `exit code ${code}: ${stderr.trim()}`, seconds };
  try {
    const found = expect(JSON.parse(stdout));
    return { problem: found === true ? undefined : found, seconds };
  } catch (error) {
    return { problem: `its document was not as expected: ${error.message}`, seconds };
  }
}
