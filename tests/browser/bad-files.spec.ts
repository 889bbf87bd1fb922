/** Database files that are damaged, cut, encrypted or not whole: the page says what they are, and the lab goes on. */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { LOOPING_SQL, loopingDatabase } from '../../bench/fuzz/looping-database.ts';
import { createRandom } from '../../src/core/random.ts';
import {
  cellOf,
  dataButton,
  execute,
  openFile,
  openLab,
  resultsOf,
  rows,
  run,
  sqliteFile,
  type FilePayload,
} from './lab.ts';
import { expect, test } from './site.ts';

const refusal = (page: Page) => page.getByRole('main').getByRole('alert');
const notice = (page: Page, text: string | RegExp) => page.getByRole('note').filter({ hasText: text });

function file(name: string, buffer: Buffer): FilePayload {
  return { name, mimeType: 'application/octet-stream', buffer };
}

const small = (): Promise<FilePayload> =>
  sqliteFile('small.sqlite', (database) =>
    database.run(
      `CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); CREATE TABLE u (x);
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500) INSERT INTO t SELECT i, 'row ' || i FROM n;
       INSERT INTO u VALUES (1), (2)`,
    ),
  );

test('a file that cannot be opened is refused with the reason, and what was open stays', async ({ page, failures }) => {
  await openLab(page);
  const { buffer } = await small();
  const changed = (change: (copy: Buffer) => void): Buffer => {
    const copy = Buffer.from(buffer);
    change(copy);
    return copy;
  };
  const random = createRandom(1);
  const kinds: [string, Buffer, RegExp][] = [
    ['encrypted', changed((copy) => copy.forEach((_byte, at) => (copy[at] = random.below(256)))), /encrypted/],
    ['of a later format', changed((copy) => copy.set([9], 19)), /version 9 of the file format/],
    ['with a page size of 513', changed((copy) => copy.set([2, 1], 16)), /page size is given as 513/],
    ['cut within a page', buffer.subarray(0, buffer.length - 5000), /cut short/],
    [
      'with a schema in pieces',
      changed((copy) => copy.write('CREATE TABEL t', copy.indexOf('CREATE TABLE t'))),
      /says about t/,
    ],
    ['that is a log', readFileSync('tests/fixtures/wal/notes.sqlite-wal'), /-wal/],
  ];
  for (const [kind, bytes, reason] of kinds) {
    await test.step(`a file ${kind}`, async () => {
      await openFile(page, file('broken.sqlite', bytes));
      await expect(refusal(page)).toContainText(reason);
      await expect(refusal(page)).toContainText(
        /^broken\.sqlite cannot be opened as a database\. .* What was open before is still open\./,
      );
      await expect(dataButton(page)).toContainText('shop S');
      await refusal(page).getByRole('button', { name: 'Dismiss' }).click();
      await expect(refusal(page)).toHaveCount(0);
    });
  }
  expect(await rows(page, 'SELECT count(*) FROM customers')).toEqual([[2000]]);
  // Nobody is asked to give up changes for a file that will not be opened.
  await execute(page, 'CREATE TABLE mine (a)');
  await openFile(page, file('alone.sqlite-wal', readFileSync('tests/fixtures/wal/notes.sqlite-wal')));
  await expect(refusal(page)).toContainText('without the database');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await refusal(page).getByRole('button', { name: 'Dismiss' }).click();
  await openFile(page, file('cut.sqlite', buffer.subarray(0, buffer.length - 5000)));
  await expect(refusal(page)).toContainText('cut short');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(await rows(page, "SELECT count(*) FROM sqlite_schema WHERE name = 'mine'")).toEqual([[1]]);
  expect(failures).toEqual([]);
});

test('a file that is damaged in places opens, and what is sound can be read', async ({ page, failures }) => {
  await openLab(page);
  const { buffer } = await small();
  // A pointer of the root of t now leads nowhere; u lies elsewhere.
  buffer.fill(0xee, 4096 + 8, 4096 + 12);
  await openFile(page, file('damaged.sqlite', buffer));
  await expect(dataButton(page)).toContainText('damaged.sqlite');
  await expect(notice(page, 'The file is damaged in places')).toBeVisible();
  expect(await rows(page, 'SELECT x FROM u')).toEqual([[1], [2]]);
  expect(failures).toEqual([]);
});

test('a file whose pages lead in circles opens, and what would never end can be stopped', async ({
  page,
  failures,
}) => {
  await openLab(page);
  const { buffer } = await sqliteFile('circles.sqlite', (database) => database.run(LOOPING_SQL));
  await openFile(page, file('circles.sqlite', Buffer.from(loopingDatabase(buffer, 12))));
  await expect(dataButton(page)).toContainText('circles.sqlite');
  await expect(notice(page, 'The file is damaged in places')).toBeVisible();
  // One instruction of SQLite: only the end of its worker stops it.
  await run(page, 'SELECT count(*) FROM t');
  await resultsOf(page).getByRole('button', { name: 'Cancel' }).click();
  await expect(resultsOf(page)).toContainText(/cancel/i);
  await run(page, 'SELECT 6 * 7 AS answer');
  await expect(cellOf(page, 1, 1)).toHaveText('42');
  expect(failures).toEqual([]);
});

test('a database and its write-ahead log are opened together', async ({ page, failures }) => {
  await openLab(page);
  const part = (name: string): FilePayload => file(name, readFileSync(`tests/fixtures/wal/${name}`));
  await openFile(page, part('notes.sqlite'));
  await expect(notice(page, 'Rows may be missing')).toBeVisible();
  expect(await rows(page, 'SELECT count(*) FROM notes')).toEqual([[1]]);
  await page.getByLabel('A file of yours').setInputFiles([part('notes.sqlite-wal'), part('notes.sqlite')]);
  await expect(notice(page, '3 transactions of the log are included')).toBeVisible();
  await expect(notice(page, 'Rows may be missing')).toHaveCount(0);
  expect(await rows(page, 'SELECT body FROM notes WHERE id = 1')).toEqual([['changed in the log']]);
  expect(failures).toEqual([]);
});
