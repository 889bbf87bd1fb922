/** A proof in the page: waited for, looked at, made again without a rule; an example of the catalogue; texts that cannot be rewritten. */
import { problemsFoundByAxe } from './axe.ts';
import { editorOf, openLab, resultsOf, visit, write } from './lab.ts';
import { expect, test } from './site.ts';

test('a proof is waited for, shown, and made again without its rule', async ({ page, failures }) => {
  await openLab(page);
  await write(page, 'SELECT count(*) AS n /* none */ FROM order_items WHERE quantity > 5 AND quantity < 3');
  await editorOf(page).getByRole('button', { name: 'Run optimized' }).click();
  await expect(resultsOf(page)).toContainText(/Proved up to a stated bound|Runs as typed/);

  const drawer = page.getByRole('region', { name: 'Rewrite' });
  await drawer.getByRole('button', { name: 'Show the proof' }).click();
  const guards = drawer.getByRole('list', { name: 'The six guards' });
  await expect(guards).toContainText('Equal on this data');
  await expect(guards.getByText('✓ passed')).not.toHaveCount(0);
  await expect(drawer.getByText('count(*) AS n /* none */ FROM order_items WHERE 0')).toBeVisible();
  await expect(drawer.getByRole('group', { name: 'Warm' })).toContainText(/n \d+ each/);
  await drawer.getByRole('button', { name: '1 Contradictions' }).click();
  await expect(drawer.getByText('No rule applies.').first()).toBeVisible();
  expect(await problemsFoundByAxe(page)).toEqual([]);
  expect(failures).toEqual([]);
});

test('examples of the catalogue run, and what cannot be rewritten says why', async ({ page, failures }) => {
  await openLab(page);
  await visit(page, 'Optimizer');
  await page.getByRole('tab', { name: 'Rules' }).click();
  await page.getByLabel('Search').fill('chain of equalities');
  const card = page.getByRole('article');
  await expect(card).toHaveCount(1);
  await card.getByRole('button', { name: 'OR over one column to IN' }).click();
  await card.getByRole('button', { name: 'Try it' }).click();
  await expect(card.getByText('Equal programs')).toBeVisible();
  // A card that needs a table has it on a copy alone.
  await page.getByLabel('Search').fill('closed list');
  await card.getByRole('button', { name: 'What is left of a closed list' }).click();
  await card.getByRole('button', { name: 'Try it' }).click();
  await expect(card.getByRole('list', { name: 'Plan as typed' })).toContainText('returns');
  expect(await problemsFoundByAxe(page)).toEqual([]);

  await page.getByRole('tab', { name: 'Statements' }).click();
  await page.getByText('A text of your own').click();
  const proof = page.getByRole('region', { name: 'Proof' });
  // A text of one's own need not wait until the proof of a statement has come to its end.
  await page.getByLabel('A query to prove').fill('PRAGMA user_version');
  await page.getByRole('grid', { name: 'Statements' }).getByRole('row').nth(1).click();
  const proveIt = page.getByRole('button', { name: 'Prove it' });
  expect(await proveIt.isEnabled()).toBe(true);
  await proveIt.click();
  await expect(proof).toContainText('It is not a SELECT');
  for (const [text, why] of [
    ['PRAGMA table_info(orders)', 'It is not a SELECT'],
    ['SELECT 1; DROP TABLE orders', 'more than one statement'],
    [`SELECT ${'1 + '.repeat(50_000)}1`, 'longer than'],
    ['SELECT a FROM nosuch', 'such table: nosuch'],
  ] as const) {
    await page.getByLabel('A query to prove').fill(text);
    await page.getByRole('button', { name: 'Prove it' }).click();
    await expect(proof).toContainText(why);
  }
  expect(failures).toEqual([]);
});
