/** What the browser keeps: over a reload, a killed tab, another tab, damage, a wrong turn and a reset. */
import type { BrowserContext, Page } from '@playwright/test';
import type { Version } from '../../src/engine/protocol.ts';
import { expect, test } from './site.ts';
import { dataButton, execute, rows, runButton, visit } from './lab.ts';

/** Opens the page in a tab and waits until a program in it can ask. */
async function open(page: Page, address = './'): Promise<Page> {
  await page.goto(address);
  await expect(runButton(page)).toBeEnabled();
  return page;
}

/** Up to which version the data lies in the store; null while nothing does. */
function savedThrough(page: Page): Promise<Version | null> {
  return page.evaluate(async () => {
    const head = await new Promise<{ text: string } | undefined>((resolve, reject) => {
      const opening = indexedDB.open('headroom');
      opening.onerror = () => reject(opening.error ?? new Error('cannot be opened'));
      opening.onsuccess = () => {
        const asked = opening.result.transaction('values').objectStore('values').get('data/head/0');
        asked.onerror = () => reject(asked.error ?? new Error('cannot be read'));
        asked.onsuccess = () => {
          opening.result.close();
          resolve(asked.result as { text: string } | undefined);
        };
      };
    });
    if (!head) return null;
    const { lines } = JSON.parse(head.text) as { lines: Version[] };
    return lines[0] ? { historyId: lines[0].historyId, logNumber: lines[0].logNumber } : null;
  });
}

/** Runs a write and waits until it is in the store. */
async function writeAndKeep(page: Page, sql: string): Promise<Version> {
  const { version } = await execute(page, sql);
  await expect.poll(() => savedThrough(page)).toEqual(version);
  return version;
}

const MINE = 'CREATE TABLE mine (a); INSERT INTO mine VALUES (1), (2), (3)';

/** Nothing of it is closed in order: no event, no last save. */
async function kill(context: BrowserContext, page: Page): Promise<void> {
  const session = await context.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  // It never answers.
  void session.send('Page.crash').catch(() => undefined);
  await crashed;
  await page.close();
}

test('a saved write is there after a reload, and after its tab was killed', async ({ context, page }) => {
  await open(page);
  await writeAndKeep(page, MINE);
  await page.reload();
  await expect(runButton(page)).toBeEnabled();
  expect(await rows(page, 'SELECT sum(a) FROM mine')).toEqual([[6]]);
  await writeAndKeep(page, 'UPDATE mine SET a = a * 10');
  await kill(context, page);
  const next = await open(await context.newPage());
  expect(await rows(next, 'SELECT sum(a) FROM mine')).toEqual([[60]]);
  // The killed tab owns nothing any more.
  await writeAndKeep(next, 'DELETE FROM mine');
});

test('a DELETE is undone after a reload', async ({ page }) => {
  await open(page);
  await writeAndKeep(page, MINE);
  await writeAndKeep(page, 'DELETE FROM mine WHERE a > 1');
  await page.reload();
  await expect(runButton(page)).toBeEnabled();
  expect(await rows(page, 'SELECT count(*) FROM mine')).toEqual([[1]]);
  await visit(page, 'Data');
  await page.getByRole('button', { name: 'Restore before: DELETE FROM mine WHERE a > 1' }).click();
  await expect.poll(() => rows(page, 'SELECT count(*) FROM mine')).toEqual([[3]]);
  await expect(page.getByText('before going back to “before: DELETE FROM mine WHERE a > 1”').first()).toBeVisible();
});

test('another sample takes the place of changes on the screen, and of what is kept with its own first change', async ({
  page,
}) => {
  const openMusic = async (): Promise<void> => {
    await dataButton(page).click();
    await page.getByRole('button', { name: /^music: Open/ }).click();
    const asked = page.getByRole('dialog', { name: 'Your changes are kept only here' });
    await expect(asked).toContainText('a reload brings them back, until you change the sample');
    await asked.getByRole('button', { name: 'Open without saving' }).click();
    await expect.poll(() => rows(page, "SELECT count(*) FROM sqlite_schema WHERE name = 'mine'")).toEqual([[0]]);
  };
  await open(page);
  await writeAndKeep(page, MINE);
  await openMusic();
  await page.reload();
  await expect(runButton(page)).toBeEnabled();
  expect(await rows(page, 'SELECT sum(a) FROM mine')).toEqual([[6]]);
  await openMusic();
  await writeAndKeep(page, 'CREATE TABLE yours (a)');
  await page.reload();
  await expect(runButton(page)).toBeEnabled();
  const own = "SELECT name FROM sqlite_schema WHERE name IN ('mine', 'yours')";
  expect(await rows(page, own)).toEqual([['yours']]);
});

test('a second tab reads only, takes over, and then the first one reads only', async ({ context, page }) => {
  await open(page);
  await writeAndKeep(page, MINE);
  const second = await open(await context.newPage());
  await expect(second.getByText('Another tab of this page owns the data.')).toBeVisible();
  expect(await rows(second, 'SELECT count(*) FROM mine')).toEqual([[3]]);
  await expect(execute(second, 'DELETE FROM mine')).rejects.toThrow('take over to write here');
  // Not saved yet when the other one asks for it.
  await execute(page, 'INSERT INTO mine VALUES (4)');
  await second.getByRole('button', { name: 'Take over' }).click();
  await expect.poll(() => rows(second, 'SELECT count(*) FROM mine')).toEqual([[4]]);
  await writeAndKeep(second, 'DELETE FROM mine WHERE a = 1');
  await expect(page.getByText('Another tab of this page took the data over.')).toBeVisible();
  await expect(execute(page, 'DELETE FROM mine')).rejects.toThrow('take it back');
  await second.close();
  await page.reload();
  await expect(runButton(page)).toBeEnabled();
  expect(await rows(page, 'SELECT count(*) FROM mine')).toEqual([[3]]);
  await execute(page, 'DELETE FROM mine');
});

test('?safe opens without what is kept, and leaves it alone', async ({ page }) => {
  await open(page);
  await writeAndKeep(page, MINE);
  await open(page, './?safe');
  await expect(page.getByText('Safe mode: what this browser keeps was not opened')).toBeVisible();
  await expect(rows(page, 'SELECT * FROM mine')).rejects.toThrow('no such table');
  await execute(page, 'CREATE TABLE other (a)');
  await open(page);
  expect(await rows(page, 'SELECT count(*) FROM mine')).toEqual([[3]]);
});

test('a damaged change is told, and what was before it is opened', async ({ page }) => {
  await open(page);
  await writeAndKeep(page, MINE);
  await writeAndKeep(page, 'INSERT INTO mine VALUES (4)');
  const last = await writeAndKeep(page, 'INSERT INTO mine VALUES (5)');
  await page.evaluate(
    (record) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('headroom');
        opening.onerror = () => reject(opening.error ?? new Error('cannot be opened'));
        opening.onsuccess = () => {
          const transaction = opening.result.transaction('values', 'readwrite');
          transaction.oncomplete = () => {
            opening.result.close();
            resolve();
          };
          const cursors = transaction.objectStore('values').openCursor();
          cursors.onsuccess = () => {
            const cursor = cursors.result;
            if (!cursor) return;
            if ((cursor.key as string).endsWith(`/record/${record}`)) {
              const value = cursor.value as { pages: Uint8Array };
              value.pages[100] ^= 1;
              cursor.update(value);
            }
            cursor.continue();
          };
        };
      }),
    last.logNumber - 1,
  );
  await page.reload();
  await expect(page.getByText('The last 2 saved changes to the sample shop S could not be read')).toBeVisible();
  expect(await rows(page, 'SELECT max(a) FROM mine')).toEqual([[3]]);
  await writeAndKeep(page, 'INSERT INTO mine VALUES (6)');
  await page.reload();
  await expect(runButton(page)).toBeEnabled();
  expect(await rows(page, 'SELECT max(a) FROM mine')).toEqual([[6]]);
  await expect(page.getByText('could not be read')).toHaveCount(0);
});

test('after "Reset everything" nothing is left, in the other tab neither', async ({ context, page }) => {
  await open(page);
  await writeAndKeep(page, MINE);
  const second = await open(await context.newPage());
  await page.getByTitle(/^Theme: system/).click();
  expect(await page.evaluate(() => localStorage.getItem('headroom-theme'))).toBe('light');
  await page.getByTitle('Data: open, save, start again').click();
  await page.getByRole('button', { name: 'Reset everything' }).click();
  await page.getByRole('button', { name: 'Remove it all' }).click();
  await expect(second.getByText('Everything that this browser kept was removed from another tab.')).toBeVisible();
  await expect
    .poll(() => rows(page, 'SELECT count(*) FROM mine').catch((error: Error) => error.message))
    .toContain('no such table');
  expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  expect(await savedThrough(page)).toBeNull();
});
