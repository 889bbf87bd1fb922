// `npm run pictures`: the pictures of README, into docs/, taken from the built page while it does what they show.
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { buildIfStale } from './lib/build.mjs';
import { chromiumPath } from './lib/chromium.mjs';
import { ROOT } from './lib/run.mjs';
import { serveFolder } from './static-server.mjs';

const VIEWPORT = { width: 1440, height: 1000 };
/** So long a load runs, or entries come and go, before the picture is taken. */
const WATCHED_MS = 12_000;

/** By the name of the picture: brings the page, which stands in the Lab with its first rows, to what is shown. */
const PICTURES = {
  async lab(page) {
    await page.getByRole('button', { name: 'Try index' }).first().click();
    await page.getByText('with the index:').waitFor();
    await page.evaluate(() => scrollTo(0, 0));
  },
  async optimizer(page) {
    await visit(page, 'Optimizer');
    await page.getByRole('tab', { name: 'Rules' }).click();
    await page.getByLabel('Search').fill('date');
    const card = page.getByRole('article').first();
    await card.getByRole('button').first().click();
    await card.getByRole('button', { name: 'Try it' }).click();
    await card
      .getByText(/n \d+ each/)
      .first()
      .waitFor();
    await card.evaluate((element) => element.scrollIntoView({ block: 'start' }));
  },
  async data(page) {
    await visit(page, 'Data');
    await page
      .getByRole('heading', { name: 'orders', exact: true })
      .or(page.getByText('orders').first())
      .first()
      .waitFor();
  },
  async cluster(page) {
    await page.getByRole('button', { name: 'Spike' }).first().click();
    await visit(page, 'Cluster');
    await page.waitForTimeout(WATCHED_MS);
  },
  async cache(page) {
    await visit(page, 'Cache');
    await page.getByRole('radio', { name: 'GDSF' }).check();
    await page.getByRole('button', { name: 'Loop' }).click();
    await page.waitForTimeout(WATCHED_MS);
    await page.getByRole('slider', { name: /^Entries on the shelf/ }).press('ArrowRight');
  },
};

await buildIfStale();
const site = await serveFolder({ isolated: true });
const browser = await chromium.launch({ executablePath: chromiumPath() });
try {
  for (const [name, show] of Object.entries(PICTURES)) {
    const context = await browser.newContext({ viewport: VIEWPORT, colorScheme: 'light', reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.goto(site.url);
    await page.getByRole('gridcell').first().waitFor();
    await show(page);
    await page.screenshot({ path: join(ROOT, 'docs', `${name}.png`) });
    console.log(`docs/${name}.png`);
    await context.close();
  }
} finally {
  await browser.close();
  await site.close();
}

async function visit(page, name) {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
}
