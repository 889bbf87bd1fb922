// Makes a fresh clone ready: checks Node, installs the packages when the lock changed and, with --browser, finds a
// Chromium. Runs before `npm start` and `npm test`, so it may use nothing but Node itself.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireNode } from './lib/node-version.mjs';
import { ROOT, run } from './lib/run.mjs';
import { findChromium } from './lib/chromium.mjs';

const STAMP = join(ROOT, 'node_modules/.setup-stamp');

requireNode();
await installPackages();
if (process.argv.includes('--browser')) await requireChromium();

async function installPackages() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .update(process.versions.node.split('.')[0])
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  say('installing packages (npm ci)');
  const { code } = await run('npm', ['ci', '--no-audit', '--no-fund'], { show: true });
  if (code !== 0) fail('npm ci did not finish, see its message above. Is the package registry within reach?');
  writeFileSync(STAMP, wanted);
}

async function requireChromium() {
  const path = await findChromium(say);
  if (path) return;
  fail(
    [
      'The browser tests need a Chromium, and none was found. Three ways out:',
      '  1. install Chromium or Google Chrome, so that it is on the PATH;',
      '  2. set CHROMIUM_PATH to the file of one that you have;',
      '  3. run "npx playwright install chromium" where its download is allowed.',
    ].join('\n'),
  );
}

function say(text) {
  console.error(`setup: ${text}`);
}

function fail(text) {
  console.error(text);
  process.exit(1);
}
