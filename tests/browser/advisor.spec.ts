/** Advice for a workload in the page: asked for a text, applied, seen to be used, and undone. */
import { problemsFoundByAxe } from './axe.ts';
import { openLab, rows, visit } from './lab.ts';
import { expect, test } from './site.ts';

test('an advised index is applied, used and undone', async ({ page, failures }) => {
  await openLab(page);
  await visit(page, 'Optimizer');
  await page.getByRole('tab', { name: 'Indexes' }).click();
  await page.getByText('A text', { exact: true }).click();
  await page.getByLabel(/^Statements, each ended/).fill(`SELECT id FROM orders WHERE customer_id = 17;
SELECT nosuch FROM orders;`);
  await page.getByRole('button', { name: 'Advise' }).click();
  await expect(page.getByText('line 2: no such column: nosuch.')).toBeVisible();

  const card = page.getByRole('article').filter({ hasText: 'orders (customer_id' }).first();
  await expect(card).toContainText('for 1 statement, as it is');
  await card.getByRole('button', { name: 'Apply' }).click();
  await expect(card).toContainText('Used now by 1 of 1 plan.');
  const plan = 'EXPLAIN QUERY PLAN SELECT id FROM orders WHERE customer_id = 17';
  expect(String(await rows(page, plan))).toContain('SEARCH orders USING');
  expect(await problemsFoundByAxe(page)).toEqual([]);
  await page.getByRole('region', { name: 'Applied here' }).getByRole('button', { name: /^Undo/ }).click();
  await expect(card.getByRole('button', { name: 'Apply' })).toBeVisible();
  expect(String(await rows(page, plan))).toContain('SCAN orders');
  expect(failures).toEqual([]);
});

test("a piece of advice is ignored and shown again by keyboard, without losing one's place", async ({
  page,
  failures,
}) => {
  await openLab(page);
  await visit(page, 'Optimizer');
  await page.getByRole('tab', { name: 'Indexes' }).click();
  await page.getByText('A text', { exact: true }).click();
  await page.getByLabel(/^Statements, each ended/).fill('SELECT id FROM orders WHERE customer_id = 17;');
  await page.getByRole('button', { name: 'Advise' }).click();
  const card = page.getByRole('article').filter({ hasText: 'orders (customer_id' }).first();
  await card.getByRole('button', { name: 'Ignore' }).press('Enter');
  const title = page.getByRole('heading', { name: 'Advice', exact: true });
  await expect(title).toBeFocused();
  await page.getByText('1 piece of advice ignored').click();
  await page.getByRole('button', { name: 'Show again' }).press('Enter');
  await expect(title).toBeFocused();
  await expect(card).toBeVisible();
  expect(failures).toEqual([]);
});
