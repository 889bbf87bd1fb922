/** What axe has to say about a page as it stands, for tests that expect nothing. */
import axe from 'axe-core';
import type { Page } from '@playwright/test';

/** `rule at selector`, for each violation. Evaluated, not added as an element: the page's own policy refuses scripts from elsewhere. */
export async function problemsFoundByAxe(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
      resultTypes: ['violations'],
    });
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id} at ${node.target.join(' ')}`));
  });
}
