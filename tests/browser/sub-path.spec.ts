/** The build needs nothing from its host: no headers, no rewriting, no place of its own. */
import { expect, test } from './site.ts';

test.use({ host: { base: '/people/me/lab/', isolated: false } });

test('the page works from a nested sub-path of a plain host', async ({ page, failures }) => {
  await page.goto('./');
  await expect(page.getByRole('navigation').first()).toBeVisible();
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  expect(failures).toEqual([]);
});

test('the manifest and the icon are found', async ({ page, request }) => {
  await page.goto('./');
  for (const selector of ['link[rel=manifest]', 'link[rel=icon]']) {
    const address = await page.locator(selector).evaluate((link) => (link as HTMLLinkElement).href);
    expect((await request.get(address)).status()).toBe(200);
  }
});
