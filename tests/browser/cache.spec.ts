/** The Cache page by hand: the shelf, the entries, the settings, and a loop that tells strategies apart. */
import type { Locator, Page } from '@playwright/test';
import { problemsFoundByAxe } from './axe.ts';
import { execute, openLab, resultsOf, run, visit } from './lab.ts';
import { expect, test } from './site.ts';

const shelfOf = (page: Page): Locator => page.getByRole('slider', { name: /^Entries on the shelf/ });
const entriesOf = (page: Page): Locator => page.getByRole('region', { name: 'Entries', exact: true });
const rowsOf = (page: Page): Locator => entriesOf(page).locator('tbody tr[data-index]');
const settingsOf = (page: Page): Locator => page.getByRole('region', { name: 'Settings' });

/** Six entries, all of them asked once; the Lab's own first query is dropped. */
async function fill(page: Page): Promise<void> {
  await openLab(page);
  await page.evaluate(() => window.headroom.cache.clear());
  for (const id of [1, 2, 3, 4]) await execute(page, 'SELECT name FROM customers WHERE id = ?1', [id]);
  await execute(page, 'SELECT count(*) FROM orders');
  await execute(page, 'SELECT count(*) FROM products');
  await visit(page, 'Cache');
  await expect(rowsOf(page)).toHaveCount(6);
}

test('entries are found, counted before they are dropped and after, and told why they left', async ({
  page,
  failures,
}) => {
  await fill(page);
  const entries = entriesOf(page);
  await entries.getByRole('searchbox').fill('from CUSTOMERS');
  await expect(entries.getByRole('status')).toContainText('4 of 6 entries match');
  await expect(rowsOf(page)).toHaveCount(4);
  await entries.getByRole('button', { name: 'Drop these 4' }).click();
  await expect(entries.getByRole('status')).toContainText(/Dropped 4 entries, .*B: “from CUSTOMERS” in the text\./);
  await expect(entries).toContainText('None of the 2 entries matches.');

  await entries.getByRole('searchbox').fill('');
  await entries.getByLabel('Only entries that read').selectOption('orders');
  await expect(entries.getByRole('button', { name: 'Drop these 1' })).toBeEnabled();
  await rowsOf(page).getByRole('button', { name: 'Drop SELECT count(*) FROM orders' }).click();
  await expect(entries.getByRole('status')).toContainText('Dropped 1 entry');
  await entries.getByLabel('Only entries that read').selectOption('');
  await entries.getByRole('button', { name: 'Clear all 1' }).click();
  await expect(shelfOf(page)).toHaveAttribute('aria-valuetext', 'The shelf is empty');
  const left = page.getByRole('region', { name: 'Left lately' });
  await expect(left.getByText('Removed by hand.').first()).toBeVisible();
  expect(failures).toEqual([]);
});

test('the shelf leads by keyboard to the row of the next to leave, under every strategy', async ({
  page,
  failures,
}) => {
  await fill(page);
  const shelf = shelfOf(page);
  await settingsOf(page).getByRole('radio', { name: 'LRU' }).check();
  await expect(page.getByRole('region', { name: 'The shelf' })).toContainText('in the order of LRU');
  await expect(shelf).toHaveAttribute('aria-valuemax', '6');
  await shelf.focus();
  await page.keyboard.press('ArrowRight');
  await expect(shelf).toHaveAttribute('aria-valuetext', /^Entry 6 of 6: SELECT name .* LRU: .*the next to leave\.$/);
  await page.keyboard.press('ArrowLeft');
  await expect(shelf).toHaveAttribute('aria-valuetext', /^Entry 5 of 6: .*1 other leaves before it\.$/);
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  const row = rowsOf(page).first();
  await expect(row).toBeFocused();
  await expect(row).toHaveAttribute('aria-selected', 'true');
  await expect(row).toContainText('(1)');

  // A filter that hides it gives way.
  await entriesOf(page).getByRole('searchbox').fill('orders');
  await expect(rowsOf(page)).toHaveCount(1);
  await shelf.focus();
  await page.keyboard.press('Enter');
  await expect(rowsOf(page).first()).toBeFocused();
  await expect(rowsOf(page)).toHaveCount(6);

  for (const name of ['LFU, aged', 'TTL', 'GDSF', 'Adaptive']) {
    await settingsOf(page).getByRole('radio', { name }).check();
    await expect(page.getByRole('region', { name: 'The shelf' })).toContainText(`in the order of ${name}`);
    await expect(shelf).toHaveAttribute('aria-valuemax', '6');
  }
  expect(failures).toEqual([]);
});

test('a capacity is taken with its unit, and one that cannot be is explained and not taken', async ({ page }) => {
  await fill(page);
  const capacity = settingsOf(page).getByLabel('Capacity', { exact: true });
  const shelf = page.getByRole('region', { name: 'The shelf' });
  for (const bad of ['0', '-1 KiB', 'NaN', 'Infinity', 'lots', '9 TiB', '5000.5 B', '']) {
    await capacity.fill(bad);
    await capacity.press('Enter');
    await expect(settingsOf(page).getByRole('alert')).toContainText(
      'Capacity must be a size from 4 KiB to 4 GiB, such as 64 MiB or 20 KiB',
    );
    await expect(capacity).toHaveAttribute('aria-invalid', 'true');
  }
  await expect(shelf).toContainText('of 64 MiB');
  await capacity.fill('4KiB');
  await capacity.press('Enter');
  await expect(shelf).toContainText('of 4 KiB');
  await expect(settingsOf(page).getByRole('alert')).toHaveCount(0);
  await expect(capacity).toHaveValue('4 KiB');
  await settingsOf(page).getByRole('button', { name: 'Capacity: back to the default' }).click();
  await expect(capacity).toHaveValue('64 MiB');
});

test('older rows are labelled beside the rows and on the page, and end with the mode', async ({ page, failures }) => {
  await fill(page);
  await settingsOf(page)
    .getByRole('switch', { name: /^Teaching/ })
    .check();
  const note = page.getByRole('note').filter({ hasText: 'Teaching mode.' });
  await expect(note).toContainText('outside every figure');
  await visit(page, 'Lab');
  await execute(page, 'INSERT INTO orders SELECT * FROM orders WHERE 0; DELETE FROM orders WHERE id = 1');
  await run(page, 'SELECT count(*) FROM orders');
  await expect(resultsOf(page).getByText('older rows', { exact: true })).toBeVisible();
  await expect(resultsOf(page)).toContainText('Teaching mode: these rows are from');
  await visit(page, 'Cache');
  await note.getByRole('button', { name: 'Switch it off' }).click();
  await expect(note).toHaveCount(0);
  await expect(settingsOf(page).getByRole('switch', { name: /^Teaching/ })).not.toBeChecked();
  expect(failures).toEqual([]);
});

test('a loop in a small room: LRU never hits, LIRS does, and the capacity comes back', async ({ page, failures }) => {
  await openLab(page);
  await visit(page, 'Cache');
  const pattern = page.getByRole('region', { name: 'Watch a pattern' });
  const tally = (name: string): Locator => pattern.getByRole('listitem').filter({ hasText: name });
  await pattern.getByLabel('under').selectOption('lru');
  await pattern.getByRole('button', { name: 'Loop' }).click();
  await expect(tally('LRU')).toContainText(/0 of [1-9]\d* hits/);
  await expect(page.getByRole('region', { name: /^Ghosts/ })).toContainText('lost hit');
  await pattern.getByLabel('under').selectOption('lirs');
  await expect(tally('LIRS')).toContainText(/[1-9]\d* of [1-9]\d* hits/);
  await expect(tally('LRU')).toContainText('0 %');
  await pattern.getByRole('button', { name: 'Stop' }).click();
  await expect(pattern.getByRole('button', { name: 'Stop' })).toBeDisabled();
  await expect(settingsOf(page).getByLabel('Capacity', { exact: true })).toHaveValue('64 MiB');
  expect(failures).toEqual([]);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing where much stands there at once, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await fill(page);
    await settingsOf(page).getByLabel('Capacity', { exact: true }).fill('lots');
    await settingsOf(page).getByLabel('Capacity', { exact: true }).press('Enter');
    await settingsOf(page)
      .getByRole('switch', { name: /^Teaching/ })
      .check();
    await shelfOf(page).focus();
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('button', { name: 'Show its row' })).toBeVisible();
    expect(await problemsFoundByAxe(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 900 });
    expect(await problemsFoundByAxe(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  });
}
