/** What is exported can be imported again, with nothing chosen by hand: the same rows in the same classes. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLab, type Lab } from '../../../bench/lab.ts';
import { rowsOf } from '../../../src/database/rows/columns.ts';
import type { ExportFormat, SqlValue } from '../../../src/engine/protocol.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
  await lab.call.execute({
    sql: `CREATE TABLE mixed (id INTEGER, share REAL, note TEXT);
      INSERT INTO mixed VALUES (1, 0.1, 'plain'), (2, 2.0, 'a,"b";c|d'), (9007199254740993, -1e300, 'two' || char(10) || 'lines'),
        (4, NULL, NULL), (5, 0.5, ''), (6, 1.5, ' kept '), (NULL, 3.25, 'é 😀'), (8, 1e-9, '5'), (9, 7.0, 'NULL')`,
  });
});
afterAll(() => lab.stop());

async function rows(table: string): Promise<SqlValue[][]> {
  const { outcomes, error } = await lab.call.execute({
    sql: `SELECT id, typeof(id), share, typeof(share), note, typeof(note) FROM ${table} ORDER BY rowid`,
  });
  expect(error).toBeNull();
  return rowsOf(outcomes[0].result!);
}

test.each(['csv', 'json', 'ndjson'] as const)('%s', async (format: ExportFormat) => {
  const { file, name } = await lab.call.exportRows({ what: { table: 'mixed' }, format });
  const { reading } = await lab.call.previewImport({ file, name, reading: {} });
  const table = `again_${format}`;
  const plan = { reading, table, mode: 'create', into: 'open' } as const;
  const { report } = await lab.call.importFile({ file, name, plan });
  expect(report.badLineCount).toBe(0);
  expect(await rows(table)).toEqual(await rows('mixed'));
});

test('csv, one column with NULLs, which are empty lines', async () => {
  await lab.call.execute({ sql: 'CREATE TABLE thin (n INTEGER); INSERT INTO thin VALUES (1), (NULL), (3)' });
  const { file, name } = await lab.call.exportRows({ what: { table: 'thin' }, format: 'csv' });
  const { reading } = await lab.call.previewImport({ file, name, reading: {} });
  await lab.call.importFile({ file, name, plan: { reading, table: 'thin_again', mode: 'create', into: 'open' } });
  const { outcomes } = await lab.call.execute({ sql: 'SELECT n FROM thin_again ORDER BY rowid' });
  expect(rowsOf(outcomes[0].result!)).toEqual([[1], [null], [3]]);
});

test('sql, the whole database', async () => {
  const before = await rows('mixed');
  const { file, name } = await lab.call.exportRows({ what: { database: true }, format: 'sql' });
  const { reading } = await lab.call.previewImport({ file, name, reading: {} });
  expect(reading.format).toBe('sql');
  const plan = { reading, table: '', mode: 'create', into: 'new' } as const;
  await lab.call.importFile({ file, name, plan });
  expect(await rows('mixed')).toEqual(before);
  const { tables } = await lab.call.schema({});
  expect(tables.map((table) => table.name)).toContain('order_items');
});
