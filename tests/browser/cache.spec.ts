/** The Cache page by hand: the shelf, the entries, the settings, and a loop that tells strategies apart. */
import type { Locator, Page } from '@playwright/test';
import { problemsFoundByAxe } from './axe.ts';
import { execute, openLab, openPart, resultsOf, run, visit } from './lab.ts';
import { expect, test } from './site.ts';

const shelfOf = (page: Page): Locator => page.getByRole('slider', { name: /^Entries on the shelf/ });
const entriesOf = (page: Page): Locator => page.getByRole('region', { name: 'Entries', exact: true });
const rowsOf = (page: Page): Locator => entriesOf(page).locator('tbody tr[data-index]');
const strategyOf = (page: Page): Locator => page.getByRole('region', { name: 'Strategy and room' });
const olderRowsOf = (page: Page): Locator => page.getByRole('switch', { name: 'Show older rows after a write' });

/** Six entries, all of them asked once; the Lab's own first query is dropped. */
async function fill(page: Page): Promise<void> {
  await openLab(page);
  await page.evaluate(() => window.headroom.cache.clear());
  for (const id of [1, 2, 3, 4]) await execute(page, 'SELECT name FROM customers WHERE id = ?1', [id]);
  await execute(page, 'SELECT count(*) FROM orders');
  await execute(page, 'SELECT count(*) FROM products');
  await visit(page, 'Cache');
  await openPart(page, 'Entries');
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
  await openPart(page, 'What left');
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
  await strategyOf(page).getByRole('radio', { name: 'LRU' }).check();
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
    await strategyOf(page).getByRole('radio', { name }).check();
    await expect(page.getByRole('region', { name: 'The shelf' })).toContainText(`in the order of ${name}`);
    await expect(shelf).toHaveAttribute('aria-valuemax', '6');
  }
  expect(failures).toEqual([]);
});

test('a capacity is taken with its unit, and one that cannot be is explained and not taken', async ({ page }) => {
  await fill(page);
  const capacity = strategyOf(page).getByLabel('Capacity', { exact: true });
  const shelf = page.getByRole('region', { name: 'The shelf' });
  for (const bad of ['0', '-1 KiB', 'NaN', 'Infinity', 'lots', '9 TiB', '5000.5 B', '']) {
    await capacity.fill(bad);
    await capacity.press('Enter');
    await expect(strategyOf(page).getByRole('alert')).toContainText(
      'Capacity must be a size from 4 KiB to 4 GiB, such as 64 MiB or 20 KiB',
    );
    await expect(capacity).toHaveAttribute('aria-invalid', 'true');
  }
  await expect(shelf).toContainText('of 64 MiB');
  await capacity.fill('4KiB');
  await capacity.press('Enter');
  await expect(shelf).toContainText('of 4 KiB');
  await expect(strategyOf(page).getByRole('alert')).toHaveCount(0);
  await expect(capacity).toHaveValue('4 KiB');
  await strategyOf(page).getByRole('button', { name: 'Capacity: back to the default' }).click();
  await expect(capacity).toHaveValue('64 MiB');
});

test('older rows are labelled beside the rows and on the page, and end with the mode', async ({ page, failures }) => {
  await fill(page);
  await openPart(page, 'Settings');
  await olderRowsOf(page).check();
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
  await openPart(page, 'Settings');
  await expect(olderRowsOf(page)).not.toBeChecked();
  expect(failures).toEqual([]);
});

test('a loop in a small room: LRU never hits, LIRS does, and the capacity comes back', async ({ page, failures }) => {
  await openLab(page);
  await visit(page, 'Cache');
  const pattern = page.getByRole('region', { name: 'Watch a pattern' });
  const tally = (name: string): Locator => pattern.getByRole('listitem').filter({ hasText: name });
  await strategyOf(page).getByRole('radio', { name: 'LRU' }).check();
  await pattern.getByRole('button', { name: 'Loop' }).click();
  await expect(tally('LRU')).toContainText(/0 of [1-9]\d* hits/);
  await expect(page.getByRole('region', { name: /^Ghosts/ })).toContainText('lost hit');
  await strategyOf(page).getByRole('radio', { name: 'LIRS' }).check();
  await expect(tally('LIRS')).toContainText(/[1-9]\d* of [1-9]\d* hits/);
  await expect(tally('LRU')).toContainText('0 %');
  await pattern.getByRole('button', { name: 'Stop' }).click();
  await expect(pattern.getByRole('button', { name: 'Stop' })).toBeDisabled();
  await expect(strategyOf(page).getByLabel('Capacity', { exact: true })).toHaveValue('64 MiB');
  expect(failures).toEqual([]);
});

test('one part at a time: by the keyboard, kept in the address and in what was chosen there', async ({
  page,
  failures,
}) => {
  await openLab(page);
  await visit(page, 'Cache');
  const tab = (name: string): Locator => page.getByRole('tab', { name, exact: true });
  await tab('What left').focus();
  await page.keyboard.press('ArrowRight');
  await expect(tab('Entries')).toBeFocused();
  await expect(tab('Entries')).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('tabpanel', { name: 'Entries' })).toBeVisible();
  await expect(page.getByRole('tabpanel')).toHaveCount(1);
  await page.keyboard.press('End');
  await expect(tab('Replay a trace')).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(tab('What left')).toBeFocused();

  await openPart(page, 'Statistics');
  const byTable = page.getByRole('radio', { name: 'By table' });
  await byTable.check();
  // The head of a column can be asked, and sorts.
  await page.getByRole('button', { name: 'Bytes hit' }).last().focus();
  await expect(page.getByRole('tooltip', { name: /^Bytes of results that came from the cache/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('columnheader', { name: 'Bytes hit' })).toHaveAttribute('aria-sort', 'descending');
  await openPart(page, 'Entries');
  await openPart(page, 'Statistics');
  await expect(byTable).toBeChecked();
  await page.reload();
  await expect(tab('Statistics')).toHaveAttribute('aria-selected', 'true');
  expect(failures).toEqual([]);
});

test('choosing a strategy moves nothing else on the page', async ({ page }) => {
  await openLab(page);
  await visit(page, 'Cache');
  const strategy = strategyOf(page);
  const names = await strategy
    .getByRole('radio')
    .evaluateAll((radios) => radios.map((radio) => radio.getAttribute('value')));
  for (const width of [1440, 900, 390]) {
    await page.setViewportSize({ width, height: 900 });
    const tops = new Set<number>();
    for (const name of names) {
      await strategy.locator(`input[value="${name}"]`).check();
      await expect(strategy.locator('label.chosen input')).toHaveAttribute('value', name ?? '');
      // Its leader is told a moment later, and needs room too.
      if (name === 'adaptive') await expect(strategy.getByText('It follows')).toBeVisible();
      tops.add(
        await page
          .getByRole('region', { name: 'Watch a pattern' })
          .evaluate((region) => (region as HTMLElement).offsetTop),
      );
    }
    expect([width, tops.size]).toEqual([width, 1]);
  }
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing where much stands there at once, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await fill(page);
    await strategyOf(page).getByLabel('Capacity', { exact: true }).fill('lots');
    await strategyOf(page).getByLabel('Capacity', { exact: true }).press('Enter');
    await openPart(page, 'Settings');
    await olderRowsOf(page).check();
    await shelfOf(page).focus();
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('button', { name: 'Show its row' })).toBeVisible();
    expect(await problemsFoundByAxe(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 900 });
    expect(await problemsFoundByAxe(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  });
}
