/** What must never happen: a runaway that cannot be stopped, a committed write that is lost, a save that was only claimed. */
import { serveFolder } from '../../scripts/static-server.mjs';
import { cellOf, databaseWorkers, dataButton, execute, openLab, resultsOf, rows, run, RUNAWAY, visit } from './lab.ts';
import { expect, test } from './site.ts';

for (const isolated of [true, false]) {
  test.describe(isolated ? 'on an isolated page' : 'on a plain host', () => {
    // Else the second load of a plain host's page would be isolated too.
    test.use({ serviceWorkers: 'block' });
    let url = '';
    let close = (): Promise<void> => Promise.resolve();

    test.beforeAll(async () => {
      ({ url, close } = await serveFolder({ isolated }));
    });
    test.afterAll(() => close());

    test.beforeEach(async ({ page }) => {
      await openLab(page, url);
      expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(isolated);
      await execute(page, 'CREATE TABLE kept (n INTEGER); INSERT INTO kept VALUES (1)');
    });

    test('a query that never ends is cancelled, and nothing else notices', async ({ page, failures }) => {
      await run(page, RUNAWAY);
      const cancel = resultsOf(page).getByRole('button', { name: 'Cancel' });
      await expect(cancel).toBeVisible();
      expect(await rows(page, 'SELECT count(*) FROM kept')).toEqual([[1]]);
      await expect(cancel).toBeVisible();
      await cancel.click();
      await expect(resultsOf(page).getByRole('alert')).toContainText(/cancelled/i);

      await run(page, 'SELECT n FROM kept');
      await expect(cellOf(page, 1, 1)).toHaveText('1');
      await expect(resultsOf(page).getByRole('alert')).toHaveCount(0);
      expect(failures).toEqual([]);
    });

    test('a cancelled transaction leaves nothing behind, and says so', async ({ page, failures }) => {
      await run(page, `BEGIN; INSERT INTO kept VALUES (2); ${RUNAWAY}; COMMIT`);
      await resultsOf(page).getByRole('button', { name: 'Cancel' }).click();
      await expect(resultsOf(page).getByRole('alert')).toContainText(/cancelled/i);
      // Where the worker stopped by itself it tells of the transaction; where it had to be ended, of the whole script.
      await expect(resultsOf(page)).toContainText(/nothing of it was kept/i);
      await expect(resultsOf(page).getByText('saved', { exact: true })).toHaveCount(0);
      expect(await rows(page, 'SELECT n FROM kept')).toEqual([[1]]);
      await execute(page, 'INSERT INTO kept VALUES (3)');
      expect(await rows(page, 'SELECT n FROM kept')).toEqual([[1], [3]]);
      expect(failures).toEqual([]);
    });

    test('a worker that is ended is replaced, with all that was written', async ({ page, failures }) => {
      await visit(page, 'Cluster');
      const primary = page
        .getByRole('region', { name: 'Workers' })
        .getByRole('listitem')
        .filter({ hasText: 'primary' });
      await expect(primary).toContainText('ready');
      await primary.getByRole('button', { name: /^End this worker/ }).click();
      await execute(page, 'INSERT INTO kept VALUES (2)');
      expect(await rows(page, 'SELECT n FROM kept')).toEqual([[1], [2]]);
      await expect(primary).toContainText('ready');
      await expect.poll(() => databaseWorkers(page)).toBeGreaterThan(0);
      await visit(page, 'Monitor');
      await expect(page.getByText(/was lost: ended by hand\. Another is starting\./)).toBeVisible();
      await expect(page.getByRole('alert')).toHaveCount(0);
      expect(failures).toEqual([]);
    });

    test('what it says about saving is true', async ({ page }) => {
      const bar = resultsOf(page).locator('.bar');
      await run(page, 'INSERT INTO kept VALUES (2)');
      await expect(bar.getByText(/^(saved|in memory, saving)/)).toBeVisible();
      await expect(bar.getByText('saved', { exact: true })).toBeVisible();
      await page.reload();
      await expect(dataButton(page)).toContainText('shop S');
      expect(await rows(page, 'SELECT n FROM kept')).toEqual([[1], [2]]);

      // It promises no more than memory, and the reload does not wait: both fates are true to that, a third is not.
      expect((await execute(page, 'INSERT INTO kept VALUES (3)')).durability).toBe('memory');
      await page.reload();
      await expect(dataButton(page)).toContainText('shop S');
      const left = await rows(page, 'SELECT n FROM kept');
      expect([
        [[1], [2]],
        [[1], [2], [3]],
      ]).toContainEqual(left);
    });
  });
}
