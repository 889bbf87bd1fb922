/** Rows come in from files and go out into files; whatever was done to the data can be taken back. */
import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { cellOf, dataButton, drop, editorOf, execute, openLab, resultsOf, rows, run, RUNAWAY } from './lab.ts';
import { expect, test } from './site.ts';

const importOf = (page: Page, name: string): Locator => page.getByRole('dialog', { name: `Import ${name}` });
const importButton = (dialog: Locator): Locator => dialog.getByRole('button', { name: 'Import', exact: true });

/** What the browser was given to save. */
async function saved(page: Page, press: () => Promise<void>): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
}

const RAGGED = '\ufeffid;name;share\r\n1;"Ada; the first";0,5\r\n2;Grace\r\n3;;1.5\r\n4;Joan;2;too;much\r\n5;"";3\r\n';

test('a ragged CSV is shown, decided about, imported, looked at and taken back', async ({ page, failures }) => {
  await openLab(page);
  await drop(page, [{ name: 'people list.csv', text: RAGGED }]);
  const dialog = importOf(page, 'people list.csv');
  const first = dialog.getByRole('region', { name: 'First rows' });
  await expect(first.getByRole('row')).toHaveCount(1 + 3);
  await expect(first.getByRole('textbox', { name: 'Name of id' })).toHaveValue('id');
  await expect(first.getByRole('row').nth(1).getByRole('cell')).toHaveText(['1', 'Ada; the first', '0,5']);
  await expect(first.getByRole('row').nth(2).getByRole('cell').nth(1)).toHaveText('NULL');
  await expect(dialog.getByText('2 lines of these cannot be read as rows')).toBeVisible();

  // The person's own choices stay when something else is read again.
  await first.getByRole('textbox', { name: 'Name of name' }).fill('who');
  await first.getByRole('checkbox', { name: 'Import share' }).uncheck();
  await dialog.getByRole('checkbox', { name: 'Empty cells are NULL' }).uncheck();
  await expect(first.getByRole('row').nth(2).getByRole('cell').nth(1)).toHaveText('');
  await expect(first.getByRole('textbox', { name: 'Name of name' })).toHaveValue('who');

  await dialog.getByRole('combobox', { name: 'Table' }).fill('orders');
  await expect(dialog).toContainText('A table named orders exists');
  await expect(importButton(dialog)).toBeDisabled();
  await dialog.getByRole('combobox', { name: 'Table' }).fill('people');
  await importButton(dialog).click();
  await expect(dialog).toContainText('3 rows imported into people');
  await expect(dialog).toContainText('2 lines were left out');
  const lines = await saved(page, () => dialog.getByRole('button', { name: 'Save the lines left out' }).click());
  expect(lines.text).toContain('2;Grace');
  expect(lines.text).toContain('4;Joan;2;too;much');

  await dialog.getByRole('button', { name: 'Look at it' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(cellOf(page, 1, 2)).toHaveText('Ada; the first');
  expect(await rows(page, 'SELECT id, who FROM people ORDER BY id')).toEqual([
    [1, 'Ada; the first'],
    [3, ''],
    [5, ''],
  ]);
  expect(failures).toEqual([]);
});

test('names that repeat are told apart, and a type that drops rows is told before', async ({ page, failures }) => {
  await openLab(page);
  await drop(page, [
    { name: 'twice.csv', text: 'name,name,score\nAnn,01067,1\nBob,01099,2\n' },
    { name: 'odd.csv', text: 'a,a,,select\n1,2,3,4\n5,6,7,8\n' },
  ]);
  const dialog = importOf(page, 'twice.csv');
  const names = dialog.getByRole('textbox', { name: 'Name of name' });
  await expect(names).toHaveCount(2);
  await expect(names.nth(1)).toHaveValue('name_2');
  await names.nth(1).fill('NAME');
  await expect(dialog.getByText('is there twice')).toHaveCount(2);
  await expect(importButton(dialog)).toBeDisabled();
  await names.nth(1).fill('plz');
  const type = dialog.getByRole('combobox', { name: 'Type of name' }).nth(1);
  await type.selectOption('INTEGER');
  await expect(dialog).toContainText('2 rows would be left out: plz would change as INTEGER (01067, 01099).');
  await dialog.getByRole('button', { name: 'Use TEXT' }).click();
  await expect(dialog).not.toContainText('would be left out');
  await importButton(dialog).click();
  await expect(dialog).toContainText('2 rows imported into twice');
  await dialog.getByRole('button', { name: /^Undo/ }).click();
  await expect(dialog).toContainText('The data is as before the import');
  await expect(dialog.getByRole('button', { name: /^Redo/ })).toBeFocused();
  await dialog.getByRole('button', { name: /^Redo/ }).click();
  await expect(dialog).toContainText('2 rows imported into twice');
  expect(await rows(page, 'SELECT name, plz, score FROM twice ORDER BY score')).toEqual([
    ['Ann', '01067', 1],
    ['Bob', '01099', 2],
  ]);
  await dialog.getByRole('button', { name: 'Done' }).click();
  const odd = importOf(page, 'odd.csv');
  await expect(odd.getByRole('region', { name: 'First rows' }).getByRole('columnheader')).toHaveCount(4);
  await importButton(odd).click();
  await expect(odd).toContainText('2 rows imported into odd');
  expect(failures).toEqual([]);
});

test('of many columns all can be reached and changed, and too many can be left out', async ({ page, failures }) => {
  await openLab(page);
  const line = (cell: (at: number) => unknown): string => Array.from({ length: 2100 }, (_, at) => cell(at)).join(',');
  await drop(page, [{ name: 'wide.csv', text: `${line((at) => `c${at}`)}\n${line((at) => at)}\n` }]);
  const dialog = importOf(page, 'wide.csv');
  await expect(dialog).toContainText('so most lines have 2,100 cells');
  await expect(dialog).toContainText('Columns 1 to 60 of 2,100');
  await expect(dialog).toContainText('A table of SQLite has at most 2,000 columns: leave out 100 more.');
  await dialog.getByRole('button', { name: 'Later columns' }).click();
  await expect(dialog).toContainText('Columns 61 to 120');
  await dialog.getByRole('checkbox', { name: 'Import c61' }).uncheck();
  await dialog.getByRole('textbox', { name: 'Name of c60' }).fill('sixty');
  await expect(dialog.getByRole('cell', { name: '60', exact: true })).toBeVisible();
  await dialog.getByRole('button', { name: 'Leave out those after the first 2,000' }).click();
  await importButton(dialog).click();
  await expect(dialog).toContainText('1 row imported into wide');
  expect(await rows(page, 'SELECT sixty, c62, c2000 FROM wide')).toEqual([[60, 62, 2000]]);
  for (const gone of ['c61', 'c2001'])
    await expect(rows(page, `SELECT ${gone} FROM wide`)).rejects.toThrow(/no such col/);
  expect(failures).toEqual([]);
});

test('an import that is undone, or closed, leaves nothing', async ({ page, failures }) => {
  await openLab(page);
  const schema = page.getByRole('complementary', { name: 'Schema' });
  await drop(page, [
    { name: 'one.csv', text: 'a,b\n1,2\n' },
    { name: 'two.json', text: '[{"a": 1}, {"a": 9007199254740993}]' },
  ]);
  await expect(importOf(page, 'one.csv')).toContainText('1 more file waits');
  await importOf(page, 'one.csv').getByRole('button', { name: 'Close' }).click();
  const dialog = importOf(page, 'two.json');
  await importButton(dialog).click();
  await expect(dialog).toContainText('2 rows imported into two');
  await expect(schema.getByRole('button', { name: 'two', exact: true })).toBeAttached();
  expect(await rows(page, 'SELECT a FROM two ORDER BY a')).toEqual([[1], [9007199254740993n]]);
  await dialog.getByRole('button', { name: /^Undo/ }).click();
  await expect(dialog).toContainText('The data is as before the import');
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(schema.getByRole('button', { name: 'customers', exact: true })).toBeAttached();
  for (const name of ['one', 'two']) {
    await expect(schema.getByRole('button', { name, exact: true })).toHaveCount(0);
    await expect(rows(page, `SELECT * FROM ${name}`)).rejects.toThrow(/no such table/);
  }
  expect(failures).toEqual([]);
});

test('a long import can be cancelled, and leaves nothing', async ({ page, failures }) => {
  await openLab(page);
  const line = `${'x'.repeat(60)},1,2,3,4,5\n`;
  await drop(page, [{ name: 'long.csv', text: `a,b,c,d,e,f\n${line.repeat(400_000)}` }]);
  const dialog = importOf(page, 'long.csv');
  await importButton(dialog).click();
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dialog.getByRole('alert')).toContainText('Cancelled: nothing was imported.');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(rows(page, 'SELECT * FROM long')).rejects.toThrow(/no such table/);
  await run(page, 'SELECT 6 * 7 AS answer');
  await expect(cellOf(page, 1, 1)).toHaveText('42');
  expect(failures).toEqual([]);
});

test('what is no data is refused in the dialog, and rows can be pasted', async ({ page, failures }) => {
  await openLab(page);
  await drop(page, [{ name: 'empty.csv', text: '' }]);
  const empty = importOf(page, 'empty.csv');
  await expect(empty.getByRole('alert')).toContainText(/empty/i);
  await expect(importButton(empty)).toHaveCount(0);
  await expect(empty.getByRole('button', { name: 'Choose another file' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(empty).toHaveCount(0);

  await dataButton(page).click();
  await page.getByRole('button', { name: 'Paste data' }).click();
  const sheet = page.getByRole('dialog', { name: 'Paste data' });
  await sheet.getByRole('textbox').fill('city\tpeople\nOslo\t709037\nBergen\t291940');
  await sheet.getByRole('button', { name: 'Look at it' }).click();
  const dialog = importOf(page, 'pasted.tsv');
  await importButton(dialog).click();
  await expect(dialog).toContainText('2 rows imported into pasted');
  await dialog.getByRole('button', { name: 'Done' }).click();
  expect(await rows(page, 'SELECT sum(people) FROM pasted')).toEqual([[1000977]]);
  expect(failures).toEqual([]);
});

test('a result is saved as it is shown, a table and a database as SQL', async ({ page, failures }) => {
  await openLab(page);
  await run(page, `SELECT 1 AS n, NULL AS z, '' AS e, 'a,"b"' AS t, 9007199254740993 AS w, 2.0 AS r, x'0aff' AS b`);
  await expect(cellOf(page, 1, 5)).toHaveText('9007199254740993');
  const menu = page.getByRole('dialog', { name: 'Save these rows' });
  await resultsOf(page).getByRole('button', { name: 'Export' }).click();
  const save = (title: string) =>
    saved(page, () => menu.getByRole('button', { name: `Save as ${title}`, exact: true }).click());
  expect(await save('CSV')).toEqual({
    name: 'result.csv',
    text: `n,z,e,t,w,r,b\r\n1,,"","a,""b""",9007199254740993,2.0,X'0AFF'\r\n`,
  });
  expect(await save('JSON')).toEqual({
    name: 'result.json',
    text: `[\n{"n":1,"z":null,"e":"","t":"a,\\"b\\"","w":9007199254740993,"r":2.0,"b":"Cv8="}\n]\n`,
  });
  expect((await save('Markdown')).text).toContain(`| 1 | *NULL* |  | a,"b" | 9007199254740993 | 2.0 | \`X'0AFF'\` |`);
  await page.keyboard.press('Escape');

  const schema = page.getByRole('complementary', { name: 'Schema' });
  await schema.getByRole('button', { name: 'Columns of products' }).click();
  await schema.getByRole('button', { name: 'Export' }).click();
  const table = page.getByRole('dialog', { name: 'Save products' });
  const csv = await saved(page, () => table.getByRole('button', { name: 'Save as CSV' }).click());
  expect(csv.name).toBe('products.csv');
  expect(csv.text.split('\r\n')).toHaveLength(1 + 500 + 1);
  await page.keyboard.press('Escape');

  await dataButton(page).click();
  await page.getByRole('dialog', { name: 'Data' }).getByRole('button', { name: 'Export' }).click();
  const everything = page.getByRole('dialog', { name: 'Save all tables' });
  const dump = await saved(page, () => everything.getByRole('button', { name: 'Save as SQL inserts' }).click());
  expect(dump.name).toBe('shop-S.sql');
  expect(dump.text).toMatch(/^PRAGMA foreign_keys=OFF;\nBEGIN;\nCREATE TABLE /);
  expect(dump.text.trimEnd()).toMatch(/COMMIT;$/);
  expect(failures).toEqual([]);
});

test('an export that has no row to write yet can be cancelled', async ({ page, failures }) => {
  await openLab(page);
  await run(page, `CREATE VIEW endless AS ${RUNAWAY}`);
  const schema = page.getByRole('complementary', { name: 'Schema' });
  await schema.getByRole('button', { name: 'Columns of endless' }).click();
  await schema.getByRole('button', { name: 'Export' }).click();
  const menu = page.getByRole('dialog', { name: 'Save endless' });
  await menu.getByRole('button', { name: 'Save as JSON', exact: true }).click();
  await menu.getByRole('button', { name: 'Cancel' }).click();
  await expect(menu.getByRole('alert')).toContainText('cancelled: nothing was saved');
  await page.keyboard.press('Escape');
  // The worker that was busy with it is gone; another makes the next one.
  await schema.getByRole('button', { name: 'Columns of products' }).click();
  await schema.getByRole('button', { name: 'Export' }).first().click();
  const other = page.getByRole('dialog', { name: 'Save products' });
  const json = await saved(page, () => other.getByRole('button', { name: 'Save as JSON', exact: true }).click());
  expect(JSON.parse(json.text)).toHaveLength(500);
  expect(failures).toEqual([]);
});

test('a script that wrote is undone, and done again', async ({ page, failures }) => {
  await openLab(page);
  const [[before]] = await rows(page, 'SELECT count(*) FROM events');
  await run(page, 'DELETE FROM events WHERE id <= 1204');
  const results = resultsOf(page);
  await expect(results).toContainText('1,204 rows deleted');
  await expect(results).toContainText(/keeps [\d.,]+ (?:[KM]i)?B/);
  await expect(results).not.toContainText('later write');
  await results.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(results).toContainText('Undone: the data is as before this script.');
  expect(await rows(page, 'SELECT count(*) FROM events')).toEqual([[before]]);
  await results.getByRole('button', { name: 'Redo', exact: true }).click();
  await expect(results).toContainText('Done again');
  expect(await rows(page, 'SELECT count(*) FROM events')).toEqual([[Number(before) - 1204]]);
  // What others wrote since goes with it, and is said.
  await execute(page, 'CREATE TABLE later (n)');
  await expect(results).toContainText('takes back 1 later write too');
  await results.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(results.getByRole('button', { name: 'Redo', exact: true })).toBeVisible();
  await expect(rows(page, 'SELECT * FROM later')).rejects.toThrow(/no such table/);
  expect(await rows(page, 'SELECT count(*) FROM events')).toEqual([[before]]);
  await expect(editorOf(page)).toContainText('DELETE FROM events');
  expect(failures).toEqual([]);
});
