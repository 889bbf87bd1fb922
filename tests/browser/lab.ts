/** The lab as a person sees it, for tests: where its parts are, and a few things that one does there. */
import { readFileSync } from 'node:fs';
import { expect, type Locator, type Page } from '@playwright/test';
import initSqlJs, { type Database } from 'sql.js';
import { rowsOf } from '../../src/database/rows/columns.ts';
import type { Parameters, QueryOutcome, SqlValue } from '../../src/engine/protocol.ts';
import type { HeadroomApi } from '../../src/ui/console-api.ts';

declare global {
  interface Window {
    headroom: HeadroomApi;
  }
}

/** Never ends by itself. */
export const RUNAWAY = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';

export const editorOf = (page: Page): Locator => page.getByRole('region', { name: 'Editor' });
export const resultsOf = (page: Page): Locator => page.getByRole('region', { name: 'Results' });
export const ribbonOf = (page: Page): Locator => page.getByRole('region', { name: 'What happened to the query' });
/** What the selected answer says in a cell; rows and columns count from 1, as the grid does. */
export const cellOf = (page: Page, row: number, column: number): Locator =>
  resultsOf(page)
    .locator(`[role=row][aria-rowindex="${row + 1}"]`)
    .locator(`[aria-colindex="${column + 1}"]`);

/** Opens the page and waits for the rows of its first query, and for the coloured editor that follows them. */
export async function openLab(page: Page, address = './'): Promise<void> {
  await page.goto(address);
  await expect(page.getByRole('gridcell').first()).toBeVisible();
  await expect(editorOf(page).locator('.cm-content')).toBeVisible();
}

/** Pastes a text over all that the coloured editor holds. */
export async function write(page: Page, sql: string): Promise<void> {
  const content = editorOf(page).locator('.cm-content');
  await content.press('ControlOrMeta+a');
  await content.evaluate((element, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, sql);
}

export async function run(page: Page, sql: string): Promise<void> {
  await write(page, sql);
  await runButton(page).click();
}

export const runButton = (page: Page): Locator => editorOf(page).getByRole('button', { name: 'Run', exact: true });

/** Opens a page by the navigation and waits for its heading. */
export async function visit(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeAttached();
}

/** Shows one of the parts of the Cache page. */
export async function openPart(page: Page, name: string): Promise<void> {
  const tab = page.getByRole('tab', { name, exact: true });
  await tab.click();
  await expect(tab).toHaveAttribute('aria-selected', 'true');
}

/** A statement sent by a program in the page, past the editor. Rejects with the message of the lab. */
export function execute(page: Page, sql: string, parameters: Parameters = []): Promise<QueryOutcome> {
  return page.evaluate(([text, values]) => window.headroom.executeOptimizedQuery(text, values), [
    sql,
    parameters,
  ] as const);
}

/** The rows that a statement gives to a program in the page. */
export async function rows(page: Page, sql: string): Promise<SqlValue[][]> {
  const { result } = await execute(page, sql);
  return result ? rowsOf(result) : [];
}

/** Database workers that really live now: those of the pool and the warm spare. */
export const databaseWorkers = (page: Page): number =>
  page.workers().filter((worker) => worker.url().includes('database.worker')).length;

export interface FilePayload {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** A SQLite file as a person would have it. */
export async function sqliteFile(name: string, fill: (database: Database) => void): Promise<FilePayload> {
  const { Database } = await initSqlJs({ wasmBinary: wasmBytes() });
  const database = new Database();
  fill(database);
  const buffer = Buffer.from(database.export());
  database.close();
  return { name, mimeType: 'application/vnd.sqlite3', buffer };
}

function wasmBytes(): ArrayBuffer {
  const bytes = readFileSync('node_modules/sql.js/dist/sql-wasm.wasm');
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

/** Hands a file to the page, as its file dialog would. */
export async function openFile(page: Page, file: FilePayload): Promise<void> {
  await page.getByLabel('A file of yours').setInputFiles(file);
}

export const dataButton = (page: Page): Locator => page.getByTitle('Data: open, save, start again');

/** Drops files on the page, as from a file manager. */
export async function drop(page: Page, files: { name: string; text: string }[]): Promise<void> {
  const dataTransfer = await page.evaluateHandle((given) => {
    const transfer = new DataTransfer();
    for (const { name, text } of given) transfer.items.add(new File([text], name));
    return transfer;
  }, files);
  await page.dispatchEvent('main', 'dragover', { dataTransfer });
  await page.dispatchEvent('main', 'drop', { dataTransfer });
}
