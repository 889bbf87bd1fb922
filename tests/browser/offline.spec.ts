/** The service worker: offline, isolation where the host sends no headers, and a new version that waits to be asked. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { serveFolder } from '../../scripts/static-server.mjs';
import { drop, rows } from './lab.ts';
import { expect, test } from './site.ts';

test.use({ host: { base: '/lab/', isolated: false } });

test('after one visit the page opens offline, and isolated', async ({ page, context }) => {
  await page.goto('./');
  await controlled(page);
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByRole('navigation').first()).toBeVisible();
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(true);
  // Proof that the network really is gone: what was not kept cannot be had.
  const fetched = await page.evaluate(() =>
    fetch('./not-kept.txt').then(
      () => 'answered',
      () => 'failed',
    ),
  );
  expect(fetched).toBe('failed');
});

test('offline a file is imported too, by parts that the first screen never asked for', async ({ page, context }) => {
  await page.goto('./');
  await controlled(page);
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  await drop(page, [{ name: 'people.csv', text: 'id,name\n1,Ada\n2,Grace\n' }]);
  const dialog = page.getByRole('dialog', { name: 'Import people.csv' });
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(dialog.getByRole('button', { name: 'Look at it' })).toBeVisible();
  expect(await rows(page, 'SELECT name FROM people ORDER BY id')).toEqual([['Ada'], ['Grace']]);
});

test('a new version waits until it is asked, and clears away only what is its own and old', async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-versions-'));
  cpSync('dist', folder, { recursive: true });
  const server = await serveFolder({ dir: folder, base: '/lab/' });
  try {
    await page.goto(server.url);
    await controlled(page);
    await page.evaluate(() => caches.open('someone-elses'));
    const [first] = await ownCaches(page);

    publish(folder, 'version two');
    await installUpdate(page);
    await page.reload();
    // The old version still answers while the new one waits.
    await expect(page.locator('meta[name=version-for-test]')).toHaveCount(0);
    await takeOver(page);
    await page.reload();
    await expect(page.locator('meta[name=version-for-test]')).toHaveAttribute('content', 'version two');
    // The version before stays for tabs that still run it.
    const both = await ownCaches(page);
    expect(both).toHaveLength(2);
    expect(both[0]).toBe(first);

    publish(folder, 'version three');
    await installUpdate(page);
    await takeOver(page);
    await page.reload();
    await expect(page.locator('meta[name=version-for-test]')).toHaveAttribute('content', 'version three');
    const kept = await ownCaches(page);
    expect(kept).toHaveLength(2);
    expect(kept).not.toContain(first);
    expect(await page.evaluate(() => caches.has('someone-elses'))).toBe(true);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
});

async function controlled(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

const ownCaches = (page: Page): Promise<string[]> =>
  page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('headroom-')));

/** Another build of the site, as a host would get it: a different page and a service worker of another version. */
function publish(folder: string, version: string): void {
  const html = readFileSync('dist/index.html', 'utf8');
  const marked = html.replace('</head>', `<meta name="version-for-test" content="${version}" /></head>`);
  writeFileSync(join(folder, 'index.html'), marked);
  const worker = readFileSync('dist/sw.js', 'utf8');
  const renamed = worker.replace(/const VERSION = "[^"]*"/, `const VERSION = ${JSON.stringify(version)}`);
  expect(renamed).not.toBe(worker);
  writeFileSync(join(folder, 'sw.js'), renamed);
}

/** Resolves once the new version is installed and waits. */
async function installUpdate(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
    const incoming = registration.installing;
    if (!incoming) return;
    await new Promise<void>((done) => {
      incoming.addEventListener('statechange', () => {
        if (incoming.state === 'installed') done();
      });
    });
  });
}

async function takeOver(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const changed = new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done));
    registration.waiting!.postMessage({ type: 'skip-waiting' });
    await changed;
  });
}
