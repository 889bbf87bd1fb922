/** The Cache page's second half by hand: traces replayed and refused, the race and the curve after real queries. */
import { gzipSync } from 'node:zlib';
import type { Locator, Page } from '@playwright/test';
import { problemsFoundByAxe } from './axe.ts';
import { execute, openLab, openPart, visit, type FilePayload } from './lab.ts';
import { expect, test } from './site.ts';

const region = (page: Page, name: string): Locator => page.getByRole('region', { name });
const tracesOf = (page: Page): Locator => region(page, 'Replay a trace');
const replayButton = (page: Page): Locator => tracesOf(page).getByRole('button', { name: 'Replay', exact: true });
/** The figures of a strategy, size by size. */
const cellsOf = (page: Page, strategy: string): Locator =>
  tracesOf(page)
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name: strategy }) })
    .getByRole('cell');

async function openTraces(page: Page): Promise<void> {
  await openLab(page);
  await visit(page, 'Cache');
  await openPart(page, 'Replay a trace');
  await expect(replayButton(page)).toBeEnabled();
}

/** Replays a file as soon as it is chosen. */
async function choose(page: Page, file: FilePayload): Promise<void> {
  await tracesOf(page).getByRole('radio', { name: 'A file' }).check();
  await tracesOf(page).getByLabel('Trace file').setInputFiles(file);
}

const trace = (name: string, text: string): FilePayload => ({
  name,
  mimeType: 'text/plain',
  buffer: name.endsWith('.gz') ? gzipSync(text) : Buffer.from(text),
});

test('a loop larger than the room: LRU hits nothing, LIRS comes near the optimum, sizes that cannot be are told', async ({
  page,
  failures,
}) => {
  await openTraces(page);
  const traces = tracesOf(page);
  await traces.getByLabel('Sizes').fill('50 %, lots');
  await traces.getByLabel('Sizes').press('Enter');
  await expect(traces.getByRole('alert')).toContainText('“lots” is no size. Write shares, whole numbers or bytes');

  await traces.getByLabel('Sizes').fill('50 %, 100 %');
  await traces.getByLabel('Requests', { exact: true }).fill('20000');
  await traces.getByLabel('Keys', { exact: true }).fill('200');
  await traces.getByLabel('Keys', { exact: true }).press('Tab');
  await replayButton(page).click();
  await expect(traces.getByText('20,000 requests for 200 keys')).toBeVisible();
  await expect(traces.getByRole('alert')).toHaveCount(0);
  await expect(cellsOf(page, 'LRU').nth(0)).toContainText('0.0 %');
  await expect(cellsOf(page, 'LIRS').nth(0)).toContainText(/^\s*4\d\.\d %/);
  await expect(cellsOf(page, 'Optimum').nth(0)).toContainText(/^\s*(49|50)\.\d %/);
  // With room for all, everyone misses each key once: 19,800 of 20,000.
  for (const name of ['LRU', 'LIRS', 'Optimum', 'No eviction'])
    await expect(cellsOf(page, name).nth(1)).toContainText('99.0 %');
  expect(failures).toEqual([]);
});

test('files are replayed, gzip too; of a bad one the line is named, and the last result stays', async ({
  page,
  failures,
}) => {
  await openTraces(page);
  const traces = tracesOf(page);
  await choose(page, trace('sized.trace.gz', '# key bytes\n' + '1 100\n2 300\n1 100\n2 300\n'.repeat(50)));
  await expect(traces.getByText('200 requests for 2 keys of 400 B together')).toBeVisible();
  await traces.getByRole('radio', { name: 'Bytes hit' }).check();
  await expect(traces.getByRole('table')).toBeVisible();

  await choose(page, trace('bad.csv', '1\n2\nthree\n'));
  await expect(traces.getByRole('alert')).toContainText(
    'Line 3 of the trace: expected whole numbers with spaces between, found “t”. Mend the line, or put a # before it.',
  );
  await expect(traces.getByText('200 requests for 2 keys')).toBeVisible();
  await choose(page, trace('empty.txt', ''));
  await expect(traces.getByRole('alert')).toContainText('The trace holds no requests');

  // Dropped on it, a file is a trace; the page around would take it for data.
  const dataTransfer = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['5\n6\n7\n'], 'dropped.csv'));
    return transfer;
  });
  await traces.dispatchEvent('dragover', { dataTransfer });
  await traces.dispatchEvent('drop', { dataTransfer });
  await expect(traces.getByText('dropped.csv: 3 requests for 3 keys')).toBeVisible();
  await expect(traces.getByRole('alert')).toHaveCount(0);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(failures).toEqual([]);
});

test('a long replay tells how far it is, and is cancelled', async ({ page, failures }) => {
  await openTraces(page);
  const traces = tracesOf(page);
  await traces.getByLabel('Requests', { exact: true }).fill('1000000');
  await traces.getByLabel('Requests', { exact: true }).press('Tab');
  await replayButton(page).click();
  await expect(traces.getByRole('status')).toContainText(/Replaying, size 1 of 4, [\d.]+ %, .+ left/);
  await traces.getByRole('button', { name: 'Cancel' }).click();
  await expect(traces.getByRole('status')).toContainText('Cancelled.');
  await expect(replayButton(page)).toBeEnabled();
  await expect(traces.getByRole('table')).toHaveCount(0);
  // The worker is free again.
  await traces.getByLabel('Requests', { exact: true }).fill('1000');
  await traces.getByLabel('Requests', { exact: true }).press('Tab');
  await replayButton(page).click();
  await expect(traces.getByText('1,000 requests for 1,000 keys')).toBeVisible();
  expect(failures).toEqual([]);
});

test('a link to a replay fills the fields and waits for Replay; one that cannot be is explained', async ({
  page,
  context,
  failures,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const address = '#/cache?trace=loop&requests=2000&keys=50&seed=3&sizes=10,20';
  await page.goto(`./${address}`);
  const traces = tracesOf(page);
  await expect(replayButton(page)).toBeFocused();
  await expect(replayButton(page)).toBeInViewport();
  await expect(traces.getByRole('status')).toContainText('From a link: press Replay to run it.');
  await expect(traces.getByRole('table')).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(traces.getByText('made from seed 3: 2,000 requests for 50 keys')).toBeVisible();
  await traces.getByRole('button', { name: 'Copy link' }).click();
  await expect(traces.getByRole('button', { name: 'Link copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
  expect(page.url()).toContain(address);

  await page.evaluate(() => (location.hash = '#/cache?trace=loop&keys=many'));
  await expect(traces.getByRole('alert')).toContainText("keys must be an integer in [10, 1000000], got 'many'.");
  expect(failures).toEqual([]);
});

test('the race and the curve say that it is too early, then speak; the counts can be reset', async ({
  page,
  failures,
}) => {
  await openLab(page);
  await visit(page, 'Cache');
  await openPart(page, 'What if');
  const race = region(page, 'The race of the strategies');
  await expect(race).toContainText('Too little was asked so far');
  await expect(race).not.toContainText(/as good|hits most/);
  await page.evaluate(async () => {
    for (let n = 0; n < 400; n++)
      await window.headroom.executeOptimizedQuery('SELECT name FROM customers WHERE id = ?1', [n % 40]);
  });
  await expect(race).toContainText(/Of \d+ requests, every strategy hits the same/);
  await expect(race.getByRole('row').filter({ hasText: 'in use' })).toHaveCount(1);
  await expect(region(page, 'What another size would hit')).toContainText('At 2x the size, 128 MiB, LRU would hit');
  await openPart(page, 'Statistics');
  const statistics = region(page, 'What the cache has answered');
  await expect(statistics).toContainText('Why look-ups missed');
  await statistics.getByRole('button', { name: 'Reset the statistics' }).click();
  await openPart(page, 'What if');
  await expect(race).not.toContainText('every strategy hits the same');
  await execute(page, 'SELECT name FROM customers WHERE id = 1');
  await expect(race).toContainText('Too little was asked so far');
  expect(failures).toEqual([]);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in a replay's result, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await openTraces(page);
    await tracesOf(page).getByLabel('Requests for').selectOption('phases');
    await tracesOf(page).getByLabel('Requests', { exact: true }).fill('20000');
    await tracesOf(page).getByLabel('Requests', { exact: true }).press('Tab');
    await replayButton(page).click();
    await expect(tracesOf(page).getByRole('rowheader', { name: 'Optimum' })).toBeVisible();
    await choose(page, trace('bad.txt', 'x'));
    await expect(tracesOf(page).getByRole('alert')).toContainText('Line 1 of the trace');
    expect(await problemsFoundByAxe(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 900 });
    expect(await problemsFoundByAxe(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  });
}
