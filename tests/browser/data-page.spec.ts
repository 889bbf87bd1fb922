/** The Data page: sizes that add up, points in time that bring rows back, relations that are drawn, checked and can be walked. */
import axe from 'axe-core';
import type { Locator, Page } from '@playwright/test';
import { cellOf, execute, openLab, resultsOf, visit } from './lab.ts';
import { expect, test } from './site.ts';

const section = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });
const tables = (page: Page): Locator => section(page, 'Tables');
const rowOf = (page: Page, name: string): Locator =>
  tables(page).locator(`tr[data-index]:has(td:first-child:text-is("${name}"))`);

async function openData(page: Page, setup: readonly string[] = []): Promise<void> {
  await openLab(page);
  for (const sql of setup) await execute(page, sql);
  await visit(page, 'Data');
  await expect(tables(page)).toContainText('pages of 4 KiB');
}

test('tables are listed with rows and sizes that add up to the file', async ({ page, failures }) => {
  await openData(page);
  await expect(rowOf(page, 'orders')).toContainText('12,000');
  const shares = await tables(page).getByRole('grid').locator('td:last-child').allInnerTexts();
  const sum = shares.reduce((total, text) => total + parseFloat(text.replace('< ', '')), 0);
  expect(sum).toBeGreaterThan(99);
  expect(sum).toBeLessThan(101);

  await tables(page).getByRole('button', { name: 'Size' }).click();
  await expect(tables(page).getByRole('grid').locator('tr[data-index="0"]')).toContainText('events');
  await rowOf(page, 'orders').click();
  const detail = tables(page).getByRole('region', { name: 'orders in full' });
  await expect(detail).toContainText('customer_id');
  await expect(detail).toContainText('→ customers');
  await detail.getByRole('button', { name: 'Look at 100 rows' }).click();
  await expect(resultsOf(page)).toContainText('100 rows');
  expect(failures).toEqual([]);
});

test('writes show without the choice being lost', async ({ page, failures }) => {
  await openData(page, ["CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT DEFAULT 'none')"]);
  await rowOf(page, 'notes').click();
  await expect(tables(page).getByRole('region', { name: 'notes in full' })).toContainText("default 'none'");
  await execute(page, "INSERT INTO notes (text) VALUES ('a'), ('b'), ('c')");
  await expect(rowOf(page, 'notes')).toContainText('3');
  await expect(tables(page).getByRole('region', { name: 'notes in full' })).toContainText('3 rows on 1 page');
  await execute(page, 'DROP TABLE notes');
  await expect(rowOf(page, 'notes')).toHaveCount(0);
  await expect(tables(page)).toContainText('free, which VACUUM gives back');
  expect(failures).toEqual([]);
});

test('a point in time brings rows back, and going back can itself be undone', async ({ page, failures }) => {
  await openData(page);
  const points = section(page, 'Points in time');
  await expect(points).toContainText('No points yet');
  await points.getByRole('textbox', { name: 'Name of the point' }).fill('all orders');
  await points.getByRole('button', { name: 'Make a point' }).click();
  await expect(points.getByRole('listitem').filter({ hasText: 'all orders' })).toContainText('nothing written since');
  await execute(page, 'DELETE FROM order_items');
  await expect(rowOf(page, 'order_items').locator('td').nth(2)).toHaveText('0');
  await points.getByRole('button', { name: 'Restore all orders' }).click();
  await expect(rowOf(page, 'order_items')).toContainText('28,150');
  await points.getByRole('button', { name: /^Restore before going back/ }).click();
  await expect(rowOf(page, 'order_items').locator('td').nth(2)).toHaveText('0');
  await points.getByRole('button', { name: 'Remove all orders' }).click();
  await expect(points.getByRole('listitem').filter({ hasText: /^\s*all orders/ })).toHaveCount(0);
  expect(failures).toEqual([]);
});

test('relations are drawn and checked; rows without a parent can be looked at', async ({ page, failures }) => {
  await openData(page, [
    'INSERT INTO orders SELECT 900001, -5, status, ordered_at, total_cents FROM orders WHERE id = 1',
    'CREATE TABLE stray (x REFERENCES nowhere (id))',
  ]);
  const relations = section(page, 'Relations');
  await expect(relations).toContainText('not enforced');
  await expect(relations).toContainText('1 row without a parent');
  await expect(relations).toContainText('cannot work: There is no table nowhere');
  await expect(relations.locator('svg .line.true')).toHaveCount(4);
  await expect(relations.locator('svg .line.orphans')).toHaveCount(1);
  await expect(relations.locator('svg .line.faulty')).toHaveCount(1);
  await relations.getByRole('button', { name: 'Look at rows of orders.customer_id without a parent' }).click();
  await expect(resultsOf(page)).toContainText('1 row');
  await expect(cellOf(page, 1, 1)).toHaveText('900001');

  await visit(page, 'Data');
  await relations.getByRole('button', { name: 'Switch on in the Lab' }).click();
  await visit(page, 'Data');
  await expect(relations).toContainText('SQLite refuses writes that would break a foreign key');
  await expect(execute(page, 'UPDATE orders SET customer_id = -7 WHERE id = 2')).rejects.toThrow('FOREIGN KEY');
  expect(failures).toEqual([]);
});

test('the diagram is one stop of the Tab key, and arrows go from table to table', async ({ page, failures }) => {
  await openData(page);
  const diagram = section(page, 'Relations').getByRole('group', { name: 'Tables and their relations' });
  await diagram.getByRole('button', { name: /^customers;/ }).focus();
  await expect(diagram.locator('[tabindex="0"]')).toHaveCount(1);
  await page.keyboard.press('ArrowRight');
  const focused = diagram.locator('rect:focus');
  await expect(focused).toHaveAttribute('aria-label', /^(orders|events);/);
  await page.keyboard.press('Enter');
  await expect(tables(page).getByRole('region', { name: /^(orders|events) in full$/ })).toBeVisible();
  expect(failures).toEqual([]);
});

test('five hundred tables and none: the page stays quick and says what is there', async ({ page, failures }) => {
  const drop = ['order_items', 'events', 'orders', 'products', 'customers'].map((name) => `DROP TABLE ${name}`);
  await openData(page, drop);
  await expect(tables(page)).toContainText('No tables yet.');
  await expect(section(page, 'Relations')).toContainText('No table declares a foreign key.');
  const many = Array.from(
    { length: 500 },
    (_, at) => `CREATE TABLE t${at} (id INTEGER PRIMARY KEY, up REFERENCES t${at >> 1})`,
  );
  await page
    .evaluate((sql) => window.headroom.executeOptimizedQuery(sql), `BEGIN; ${many.join(';')}; COMMIT`)
    .catch(() => undefined);
  await expect(section(page, 'Relations')).toContainText('Drawn are the 60 tables with the most relations, of 500');
  expect(await tables(page).locator('tr[data-index]').count()).toBeLessThan(40);
  await tables(page).getByRole('searchbox').fill('t499');
  await expect(tables(page).locator('tr[data-index]')).toHaveCount(1);
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(document, { resultTypes: ['violations'] }),
  );
  expect(violations.map(({ id, nodes }) => [id, nodes[0].target])).toEqual([]);
  expect(failures).toEqual([]);
});
