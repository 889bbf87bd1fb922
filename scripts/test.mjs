// `npm test`: every check, two at a time where they do not need each other. Prints a line per step and, last,
// "N passed, N failed": the tests of vitest and Playwright, and one each for types, lint, format and build.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, runTool } from './lib/run.mjs';

const CACHE = 'node_modules/.cache';
const UNIT_REPORT = `${CACHE}/vitest.json`;
const BROWSER_REPORT = `${CACHE}/playwright.json`;

const types = [
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.core.json'],
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.worker.json'],
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'],
  [
    'node_modules/svelte-check/bin/svelte-check',
    '--tsconfig',
    './tsconfig.page.json',
    '--output',
    'human',
    '--fail-on-warnings',
  ],
];
const lint = [
  ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0', '--cache', '--cache-location', `${CACHE}/eslint/`],
];
const format = [['node_modules/prettier/bin/prettier.cjs', '--check', '.', '--cache', '--log-level', 'warn']];
const unit = [
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${UNIT_REPORT}`,
  ],
];
const build = [['node_modules/vite/bin/vite.js', 'build']];
const browser = [['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json']];

const vitestCounts = (report) => [report.numPassedTests, report.numFailedTests, report.numPendingTests];
const playwrightCounts = ({ stats }) => [stats.expected + stats.flaky, stats.unexpected, stats.skipped];

/**
 * Each step's tools run one after the other; one with `after` begins when that step has passed. In order of preference: the
 * browser is the longest, and waits more than it works, so it goes beside all others.
 */
const STEPS = {
  build: { tools: build },
  browser: { tools: browser, report: BROWSER_REPORT, counts: playwrightCounts, after: 'build' },
  unit: { tools: unit, report: UNIT_REPORT, counts: vitestCounts },
  lint: { tools: lint },
  types: { tools: types },
  format: { tools: format },
};
const ONLY = { types, lint, format };

const only = process.argv[2];
if (only !== undefined) {
  const code = await showAll(ONLY[only] ?? fail(`Unknown step ${only}. Known: ${Object.keys(ONLY).join(', ')}.`));
  process.exit(code);
}

const total = { passed: 0, failed: 0, skipped: 0 };
const passedSteps = new Set();
const endedSteps = new Set();
const names = Object.keys(STEPS);
const next = () => {
  const at = names.findIndex((name) => !STEPS[name].after || endedSteps.has(STEPS[name].after));
  return at < 0 ? undefined : names.splice(at, 1)[0];
};
// The lane that ends a step finds what waited for it, so none is left over.
const lane = async () => {
  for (let name = next(); name; name = next()) {
    await perform(name);
    endedSteps.add(name);
  }
};
await Promise.all([lane(), lane()]);

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exit(total.failed > 0 ? 1 : 0);

async function perform(name) {
  const { tools, report, counts, after } = STEPS[name];
  if (after && !passedSteps.has(after)) return settle(name, { failed: 1, output: `not run: ${after} failed\n` });
  // An old report must not speak for a run that never came to write its own.
  if (report) rmSync(join(ROOT, report), { force: true });
  const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: join(ROOT, BROWSER_REPORT), FORCE_COLOR: '0' };
  let output = '';
  let seconds = 0;
  let failedTools = 0;
  for (const [script, ...args] of tools) {
    const done = await runTool(script, args, { env });
    seconds += done.seconds;
    if (done.code === 0) continue;
    failedTools++;
    output += done.output;
  }
  if (!counts) return settle(name, { passed: failedTools ? 0 : 1, failed: failedTools ? 1 : 0, output, seconds });
  const read = existsSync(join(ROOT, report))
    ? counts(JSON.parse(readFileSync(join(ROOT, report), 'utf8')))
    : [0, 0, 0];
  const [passed, failed, pending] = read;
  // A runner that fails without a failed test (it could not start, a file did not load) counts as one failure.
  const failures = failedTools && failed === 0 ? 1 : failed;
  settle(name, { passed, failed: failures, skipped: pending, output, seconds });
}

function settle(name, { passed = 0, failed = 0, skipped: left = 0, output = '', seconds = 0 }) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += left;
  if (failed === 0) passedSteps.add(name);
  else console.log(output.trimEnd());
  const counted = passed + failed > 1 ? `, ${passed} of ${passed + failed}` : '';
  console.log(`${failed === 0 ? 'ok' : 'FAIL'} ${name} (${seconds.toFixed(1)} s${counted})`);
}

async function showAll(tools) {
  let code = 0;
  for (const [script, ...args] of tools)
    code = (await run(process.execPath, [script, ...args], { show: true })).code || code;
  return code;
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
