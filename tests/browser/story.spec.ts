/** The first visit, told from cold open to shared link, with nothing typed. */
import type { Page } from '@playwright/test';
import { expect, test } from './site.ts';
import {
  cellOf,
  databaseWorkers,
  dataButton,
  editorOf,
  execute,
  openFile,
  openLab,
  resultsOf,
  ribbonOf,
  runButton,
  sqliteFile,
  visit,
} from './lab.ts';

test('from a cold open to a shared link', async ({ page, browser, failures }) => {
  test.setTimeout(180_000);

  await test.step('rows are on the screen', async () => {
    await openLab(page);
    await expect(resultsOf(page).getByText('20 rows, 5 columns.')).toBeVisible();
  });

  await test.step('Run again is a cache hit', async () => {
    await ribbonOf(page).getByRole('button', { name: 'Run again' }).click();
    await expect(ribbonOf(page).getByText(/ worked out, .* from the cache\./)).toBeVisible();
    await expect(
      ribbonOf(page)
        .getByRole('listitem')
        .filter({ hasText: /^\s*Cache/ }),
    ).toContainText('hit');
  });

  await test.step('Try index shows SCAN become SEARCH, both measured', async () => {
    await ribbonOf(page).getByRole('button', { name: 'Try index' }).click();
    const advice = page.getByRole('region', { name: 'Advice' });
    await expect(advice.getByText('SCAN')).toBeVisible();
    await expect(advice.getByText('SEARCH')).toBeVisible();
    const [before, after] = [await figure(page, 'before'), await figure(page, 'with it')];
    expect(before).toMatch(/^[\d.]+ (µs|ms|s)$/);
    expect(after).toMatch(/^[<\d. ]+ (µs|ms|s)$/);
    await expect(advice.getByText('equal')).toBeVisible();
    await expect(page.getByRole('region', { name: 'Plan' })).toContainText('SEARCH');
  });

  await test.step('Spike raises the number of real workers, and they leave again', async () => {
    await visit(page, 'Cluster');
    await page.getByText('Cooldowns').click();
    await page.getByRole('textbox', { name: 'Before removing' }).fill('1');
    await page.getByRole('textbox', { name: 'Before removing' }).press('Enter');
    await visit(page, 'Lab');
    // One that works, and one warm in waiting.
    await expect.poll(() => databaseWorkers(page)).toBe(2);
    await ribbonOf(page).getByRole('button', { name: 'Spike' }).click();
    await expect(ribbonOf(page).getByText('simulated wait')).toBeVisible();
    await expect.poll(() => databaseWorkers(page), { timeout: 60_000 }).toBeGreaterThan(2);
    await expect(ribbonOf(page).getByText(/[2-4] workers/)).toBeVisible({ timeout: 60_000 });
    await ribbonOf(page).getByRole('button', { name: 'Stop' }).click();
    await expect(ribbonOf(page).getByText(/1 → [2-4] workers\./)).toBeVisible();
    await expect(page.getByRole('banner').getByText('1/4')).toBeVisible({ timeout: 60_000 });
    await expect.poll(() => databaseWorkers(page), { timeout: 60_000 }).toBe(2);
  });

  await test.step('a reload keeps the person’s own file', async () => {
    const file = await sqliteFile('notes.sqlite', (database) =>
      database.run("CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO notes (body) VALUES ('first')"),
    );
    await openFile(page, file);
    await expect(dataButton(page)).toContainText('notes.sqlite');
    await execute(page, "INSERT INTO notes (body) VALUES ('second')");
    await dataButton(page).click();
    await expect(page.getByRole('dialog', { name: 'Data' })).toContainText(/saved (just now|\d+ s ago)/);
    await page.reload();
    await expect(dataButton(page)).toContainText('notes.sqlite');
    // What was open comes back, and waits to be run.
    await expect(editorOf(page).getByLabel('SQL editor')).toHaveValue(/SELECT \* FROM "notes"/);
    await expect(page.getByRole('gridcell')).toHaveCount(0);
    await runButton(page).click();
    await expect(cellOf(page, 2, 2)).toHaveText('second');
  });

  await test.step('the link opens the same view elsewhere, and runs nothing by itself', async () => {
    await dataButton(page).click();
    await page.getByRole('button', { name: /^shop: S/ }).click();
    // The changes to the file are in no other place: the page asks first.
    await page.getByRole('button', { name: 'Open without saving' }).click();
    await expect(dataButton(page)).toContainText('shop S');
    await page.getByRole('button', { name: 'Examples' }).click();
    await page.getByRole('button', { name: 'Revenue by city' }).click();
    await expect(editorOf(page)).toContainText('revenue DESC');
    await page.getByRole('button', { name: 'Share' }).click();
    await expect(page.getByLabel('Link', { exact: true })).toHaveValue(/#\/lab\?s=/);
    const link = await page.getByLabel('Link', { exact: true }).inputValue();

    const elsewhere = await browser.newContext();
    const other = await elsewhere.newPage();
    await other.goto(link);
    const banner = other.getByRole('complementary', { name: 'Shared link' });
    await expect(banner).toContainText('Nothing of it has run');
    await expect(banner.getByRole('button', { name: 'Run' })).toBeEnabled();
    await expect(editorOf(other).getByLabel('SQL editor')).toHaveValue(/revenue DESC/);
    await expect(other.getByRole('gridcell')).toHaveCount(0);
    expect(await other.evaluate(() => window.headroom.getPerformanceSummary())).toMatchObject({
      performanceMetrics: { queries: 0 },
    });
    await banner.getByRole('button', { name: 'Run' }).click();
    await expect(cellOf(other, 1, 1)).not.toBeEmpty();
    await expect(other.getByRole('columnheader', { name: 'revenue' })).toBeVisible();
    await elsewhere.close();
  });

  expect(failures).toEqual([]);
});

async function figure(page: Page, name: string): Promise<string> {
  const advice = page.getByRole('region', { name: 'Advice' });
  return (await advice.locator('dl > div').filter({ hasText: name }).locator('dd').innerText()).trim();
}
