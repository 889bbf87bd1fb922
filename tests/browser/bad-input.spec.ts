/** Whatever one gives it, and whatever the browser lacks: a plain message in the page, and the lab goes on. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { serveFolder } from '../../scripts/static-server.mjs';
import { toBase64Url } from '../../src/share/base64url.ts';
import { crc32 } from '../../src/share/crc32.ts';
import { deflate } from '../../src/share/deflate.ts';
import {
  cellOf,
  dataButton,
  editorOf,
  execute,
  openFile,
  openLab,
  resultsOf,
  rows,
  run,
  runButton,
  sqliteFile,
  visit,
  write,
} from './lab.ts';
import { expect, test } from './site.ts';

// What a service worker has kept cannot be made to fail.
test.use({ serviceWorkers: 'block' });

const problem = (page: Page) => resultsOf(page).getByRole('alert');

async function expectUsable(page: Page): Promise<void> {
  await run(page, 'SELECT 6 * 7 AS answer');
  await expect(cellOf(page, 1, 1)).toHaveText('42');
  await expect(problem(page)).toHaveCount(0);
}

test('an error of SQL is told at its place, in plain words', async ({ page, failures }) => {
  await openLab(page);
  await run(page, 'SELECT 1;\n  SELEC 2;');
  await expect(problem(page)).toContainText('“SELEC”');
  await expect(problem(page)).toContainText('Line 2, column 3, statement 2');
  await problem(page).getByRole('button', { name: 'Go there' }).click();
  await expect(editorOf(page).locator('.cm-content')).toBeFocused();
  await expect(editorOf(page).locator('.cm-lintRange-error')).toHaveText('SELEC');

  await run(page, 'SELECT * FROM custmers');
  await expect(problem(page)).toContainText('Did you mean customers?');
  await expect(problem(page)).toContainText('SQLite: no such table: custmers');
  await expectUsable(page);
  expect(failures).toEqual([]);
});

test('an empty editor, or one with comments alone, has nothing to run', async ({ page, failures }) => {
  await openLab(page);
  await editorOf(page).locator('.cm-content').fill('');
  await runButton(page).click();
  await expect(problem(page)).toContainText('nothing to run yet');
  await run(page, '-- later');
  await expect(problem(page)).toContainText('only comments');
  await expectUsable(page);
  expect(failures).toEqual([]);
});

test('a script of 1 MB runs', async ({ page, failures }) => {
  await openLab(page);
  await execute(page, 'CREATE TABLE long (line TEXT)');
  const line = `INSERT INTO long VALUES ('${'x'.repeat(472)}');\n`;
  const script = `BEGIN;\n${line.repeat(2100)}COMMIT;`;
  expect(script.length).toBeGreaterThan(2 ** 20);
  await write(page, script);
  await expect(editorOf(page)).toContainText('shown plainly and run as a whole');
  await runButton(page).click();
  await expect.poll(() => rows(page, 'SELECT count(*) FROM long')).toEqual([[2100]]);
  await editorOf(page).getByLabel('SQL editor').fill('SELECT 1');
  await expectUsable(page);
  expect(failures).toEqual([]);
});

test('2,000 columns are shown, more are refused', async ({ page, failures }) => {
  await openLab(page);
  const columns = (count: number): string => Array.from({ length: count }, (_, at) => `${at} AS c${at + 1}`).join();
  await run(page, `SELECT ${columns(2000)}`);
  await expect(resultsOf(page)).toContainText('1 row, 2,000 columns');
  expect(await page.getByRole('columnheader').count()).toBeLessThan(80);
  await page.getByRole('grid').focus();
  await page.keyboard.press('End');
  await expect(page.getByRole('columnheader', { name: 'c2000' })).toBeVisible();
  await expect(cellOf(page, 1, 2000)).toHaveText('1999');

  await run(page, `SELECT ${columns(2001)}`);
  await expect(problem(page)).toContainText(/too many columns/i);
  await expectUsable(page);
  expect(failures).toEqual([]);
});

test('what is no database, or half of one, is not opened', async ({ page, failures }) => {
  await openLab(page);
  const whole = await sqliteFile('whole.sqlite', (database) =>
    database.run(
      'CREATE TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9000) SELECT i, hex(i) FROM n',
    ),
  );
  const message = page.getByRole('main').getByRole('alert');
  for (const buffer of [Buffer.alloc(0), Buffer.from('not a database '.repeat(1000)), whole.buffer.subarray(0, 50)]) {
    await openFile(page, { ...whole, name: 'picture.sqlite', buffer });
    await expect(message).toContainText(/database/i);
    await expect(dataButton(page)).toContainText('shop S');
    await message.getByRole('button', { name: 'Dismiss' }).click();
    await expect(message).toHaveCount(0);
  }
  // Its header is whole, most of its pages are missing.
  await openFile(page, { ...whole, name: 'half.sqlite', buffer: whole.buffer.subarray(0, 3 * 4096) });
  await expect(message).toContainText(/cut|damaged|malformed|incomplete/i);
  await expect(dataButton(page)).toContainText('shop S');
  await expectUsable(page);
  await openFile(page, whole);
  await expect(dataButton(page)).toContainText('whole.sqlite');
  expect(await rows(page, 'SELECT count(*) FROM t')).toEqual([[9000]]);
  expect(failures).toEqual([]);
});

/** A link as a forger makes it: the checksum is right, the content is not. */
async function forgedLink(view: unknown): Promise<string> {
  const payload = toBase64Url(await deflate(new TextEncoder().encode(JSON.stringify(view))));
  return `#/lab?s=1.${crc32(payload)}.${payload}`;
}

const VIEW = {
  version: 1,
  page: 'lab',
  source: { type: 'sample', name: 'shop', size: 'S', seed: 1 },
  sql: 'SELECT 1',
  parameters: {},
  settings: {},
  experiment: null,
};

test('a cut or forged link changes nothing', async ({ page, failures }) => {
  const good = await forgedLink(VIEW);
  const links = [
    ['cut', good.slice(0, -4), /cut off or changed/],
    ['with a field of another kind', await forgedLink({ ...VIEW, sql: { toString: 'SELECT 1' } }), /sql/],
    ['to an unknown page', await forgedLink({ ...VIEW, page: '../admin' }), /page/],
    [
      'with workers beyond all bounds',
      await forgedLink({ ...VIEW, settings: { scaler: { maxWorkers: 1e9 } } }),
      /maxWorkers/,
    ],
    ['that unfolds to megabytes', await forgedLink({ ...VIEW, sql: 'x'.repeat(4_000_000) }), /too long/],
    ['of a later format', good.replace('s=1.', 's=7.'), /format 7/],
  ] as const;
  const message = page.getByRole('main').getByRole('alert');
  // The first on a cold open, the others in the open page.
  await openLab(page, `./${good.slice(0, -9)}`);
  await expect(message).toContainText('The link could not be opened.');
  for (const [kind, link, words] of links) {
    await test.step(`a link ${kind}`, async () => {
      await page.goto(`./${link}`);
      await expect(message).toContainText('The link could not be opened.');
      await expect(message).toContainText(words);
      await expect(page.getByRole('complementary', { name: 'Shared link' })).toHaveCount(0);
    });
  }
  await expectUsable(page);
  expect(failures).toEqual([]);
});

test('settings that cannot be are refused, and the old ones stay', async ({ page, failures }) => {
  await openLab(page);
  await visit(page, 'Cluster');
  const scaler = page.getByRole('region', { name: 'Auto-scaler' });
  const least = scaler.getByRole('textbox', { name: 'Workers at least' });
  await least.fill('5');
  await least.press('Enter');
  await expect(scaler.getByRole('alert')).toContainText(/must be a whole number from 1 to 4; 5 is outside/);

  await visit(page, 'Cache');
  const settings = page.getByRole('region', { name: 'Strategy and room' });
  const capacity = settings.getByRole('textbox', { name: 'Capacity' });
  for (const value of ['0', 'NaN', '-1', '']) {
    await capacity.fill(value);
    await capacity.press('Enter');
    await expect(settings.getByRole('alert')).toContainText(/Capacity must be/);
  }
  await settings.getByRole('button', { name: 'Capacity: back to the default' }).click();
  await expect(settings.getByRole('alert')).toHaveCount(0);
  await visit(page, 'Lab');
  await expectUsable(page);
  await expect(page.getByRole('banner').getByText('1/4')).toBeVisible();
  expect(failures).toEqual([]);
});

test('without WebAssembly the page says so, and stays readable', async ({ page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(window, 'WebAssembly'));
  await page.goto('./');
  await expectReadable(page, 'WebAssembly');
});

test('without the engine’s script the page says so, and stays readable', async ({ page }) => {
  await page.route('**/engine.worker*', (route) => route.abort());
  await page.goto('./');
  await expectReadable(page, 'could not be loaded');
});

test('without SQLite itself the page says so, and stays readable', async ({ page }) => {
  await page.route('**/*.wasm', (route) => route.abort());
  await page.goto('./');
  await expectReadable(page, 'SQLite could not be loaded');
});

test('without the database’s script the page says so, and stays readable', async ({ page }) => {
  await withoutFile(/^database\.worker/, async (url) => {
    await page.goto(url);
    await expectReadable(page, /worker script could not be loaded/);
  });
});

/** The site of a host that has lost one of its files; a browser asks for the workers' workers past `page.route`. */
async function withoutFile(name: RegExp, use: (url: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'headroom-without-'));
  cpSync('dist', dir, { recursive: true });
  const lost = readdirSync(join(dir, 'assets')).filter((file) => name.test(file));
  expect(lost).not.toEqual([]);
  for (const file of lost) rmSync(join(dir, 'assets', file));
  const { url, close } = await serveFolder({ dir, isolated: true });
  try {
    await use(url);
  } finally {
    await close();
    rmSync(dir, { recursive: true });
  }
}

/** Nothing runs, but all can be read, edited and visited. */
async function expectReadable(page: Page, reason: string | RegExp): Promise<void> {
  await expect(page.getByRole('alert').filter({ hasText: 'The engine cannot run here' })).toContainText(reason);
  await editorOf(page).getByLabel('SQL editor').fill('SELECT 2');
  await expect(runButton(page)).toBeDisabled();
  for (const name of ['Optimizer', 'Cache', 'Cluster', 'Monitor', 'Lab']) await visit(page, name);
  await expect(editorOf(page).getByLabel('SQL editor')).toHaveValue('SELECT 2');
}

test('without the optimizer’s script queries run as typed', async ({ page }) => {
  await withoutFile(/^optimizer\.worker/, async (url) => {
    await openLab(page, url);
    await expect(page.getByRole('region', { name: 'Plan' }).getByRole('note')).toContainText(/optimizer/i);
    await expectUsable(page);
  });
});

for (const [kind, script] of [
  ['without IndexedDB', 'Object.defineProperty(self, "indexedDB", { value: undefined });'],
  [
    'where storage is denied',
    'IDBFactory.prototype.open = () => { throw new DOMException("denied", "SecurityError"); };',
  ],
] as const) {
  test(`${kind} all works, and nothing is said to be saved`, async ({ page, failures }) => {
    // The engine's worker is a world of its own, so the fault is put before its script.
    await page.route('**/engine.worker*', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${script}\n${await response.text()}` });
    });
    await openLab(page);
    await expect(page.getByRole('note').filter({ hasText: 'This browser keeps nothing for the page' })).toBeVisible();
    await run(page, 'CREATE TABLE kept (n); INSERT INTO kept VALUES (1)');
    await expect(resultsOf(page)).toContainText('in memory only');
    expect(await rows(page, 'SELECT n FROM kept')).toEqual([[1]]);
    await expectUsable(page);
    await dataButton(page).click();
    await expect(page.getByRole('dialog', { name: 'Data' })).toContainText('This browser keeps nothing');
    await expect(page.getByRole('dialog', { name: 'Data' })).not.toContainText(/saved (just now|\d)/);
    expect(failures).toEqual([]);
  });
}
