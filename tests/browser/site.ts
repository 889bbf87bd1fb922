/**
 * The built page, served for a test file: `test` and `expect` as from Playwright, with `baseURL` set, so that
 * `page.goto('./')` opens it. `test.use({ host: ... })` chooses another kind of host.
 */
import { test as base, type Page } from '@playwright/test';
import { serveFolder } from '../../scripts/static-server.mjs';

export { expect } from '@playwright/test';

export interface Host {
  /** Path under which the site lies. */
  base: string;
  /** Whether the host sends the headers that make a page cross-origin isolated. */
  isolated: boolean;
}

export const test = base.extend<{ failures: string[] }, { host: Host; site: { url: string } }>({
  host: [
    { base: '/', isolated: true },
    { option: true, scope: 'worker' },
  ],
  site: [
    async ({ host }, use) => {
      const server = await serveFolder(host);
      await use(server);
      await server.close();
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ site }, use) => use(site.url),
  // A part that never appears is told by its own name, not by the whole test's end.
  actionTimeout: 40_000,
  /** Uncaught errors, console errors and failed requests of the test's page, for tests that expect none. */
  failures: async ({ page }, use) => use(listen(page)),
});

function listen(page: Page): string[] {
  const failures: string[] = [];
  page.on('pageerror', (error) => failures.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') failures.push(`console: ${message.text()}`);
  });
  page.on('requestfailed', (request) => failures.push(`failed: ${request.url()}`));
  page.on('response', (response) => {
    if (response.status() >= 400) failures.push(`${response.status()}: ${response.url()}`);
  });
  return failures;
}
