// `npm run shots`: a picture of every page of the navigation at three widths, light and dark, into shots/, and an
// accessibility check (axe) of each. Options: --pages lab,cache  --widths 390,900,1440. Exit code 1 on any violation.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import axe from 'axe-core';
import { buildIfStale } from './lib/build.mjs';
import { chromiumPath } from './lib/chromium.mjs';
import { readOptions } from './lib/options.mjs';
import { ROOT } from './lib/run.mjs';
import { serveFolder } from './static-server.mjs';

const SCHEMES = ['light', 'dark'];
const HEIGHTS = { 390: 844, 900: 1100, 1440: 900 };

const options = readOptions({ pages: '', widths: '390,900,1440' });
const widths = options.widths.split(',').map(Number);
await buildIfStale();

const folder = join(ROOT, 'shots');
mkdirSync(folder, { recursive: true });
const site = await serveFolder({ isolated: true });
const browser = await chromium.launch({ executablePath: chromiumPath() });
let faults = 0;
try {
  for (const width of widths) {
    for (const colorScheme of SCHEMES) await visit(width, colorScheme);
  }
} finally {
  await browser.close();
  await site.close();
}
console.log(faults === 0 ? 'no violations' : `${faults} ${faults === 1 ? 'fault' : 'faults'}`);
process.exit(faults > 0 ? 1 : 0);

/** Every page in one width and scheme, in one browser profile of its own. */
async function visit(width, colorScheme) {
  const viewport = { width, height: HEIGHTS[width] ?? 900 };
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.on('pageerror', (error) => report(`${width} ${colorScheme}`, `uncaught error: ${error.message}`));
  await page.goto(site.url);
  // The lab opens with data: without rows on screen the pictures would show nothing but waiting.
  const rows = page.getByRole('gridcell').first().waitFor({ timeout: 20_000 });
  await rows.catch(() => report(`${width} ${colorScheme}`, 'no rows on screen after 20 s'));
  await settled(page);
  for (const name of await pagesOf(page)) {
    await page.evaluate((to) => (location.hash = to), `#/${name}`);
    await settled(page);
    const shot = `${name}-${width}-${colorScheme}`;
    await page.screenshot({ path: join(folder, `${shot}.png`), fullPage: true });
    for (const problem of await problemsOf(page)) report(shot, problem);
    console.log(`shots/${shot}.png`);
  }
  await context.close();
}

/** The pages that the navigation leads to, or those of --pages, which must be among them. */
async function pagesOf(page) {
  const linked = await page.$$eval('nav a[href^="#/"]', (links) => links.map((link) => link.hash.slice(2)));
  const known = [...new Set(linked.map((name) => name.split('?')[0]))];
  const asked = options.pages === '' ? known : options.pages.split(',');
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`The navigation has no ${unknown.join(', ')}; it has ${known.join(', ')}.`);
  if (asked.length === 0) throw new Error('The navigation has no pages.');
  return asked;
}

/** Waits until nothing is loading and no element has come or gone for a while; live numbers may go on changing. */
async function settled(page) {
  await page.waitForFunction(
    () => document.querySelector('main') && !document.querySelector('main [aria-busy=true], main .waiting'),
  );
  await page.evaluate(
    ({ quietMs, longestMs }) =>
      new Promise((resolve) => {
        let timer = setTimeout(resolve, quietMs);
        setTimeout(resolve, longestMs);
        new MutationObserver(() => {
          clearTimeout(timer);
          timer = setTimeout(resolve, quietMs);
        }).observe(document.body, { childList: true, subtree: true });
      }),
    { quietMs: 600, longestMs: 6000 },
  );
}

async function problemsOf(page) {
  // Evaluated, not added as an element: the page's own policy refuses scripts from elsewhere.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const problems = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id} (${help}) at ${node.target.join(' ')}`),
  );
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return overflow > 0 ? [...problems, `the page is ${overflow} px wider than the window`] : problems;
}

function report(where, problem) {
  faults++;
  console.log(`FAIL ${where}: ${problem}`);
}
