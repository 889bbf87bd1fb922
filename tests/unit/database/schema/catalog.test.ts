import { beforeAll, describe, expect, it } from 'vitest';
import { schemaOf } from '../../../../src/database/schema/catalog.ts';
import type { SchemaReport, TableReport } from '../../../../src/database/protocol.ts';
import type { SqliteModule } from '../../../../src/database/sqlite/sqlite-module.ts';
import { databaseWith, openOn, sqlite } from '../support.ts';

let module: SqliteModule;

beforeAll(async () => {
  module = await sqlite();
});

function schemaWith(setup: string): SchemaReport {
  const connection = openOn(module, databaseWith(module, setup));
  try {
    return schemaOf(connection);
  } finally {
    connection.close();
  }
}

const tableOf = (report: SchemaReport, name: string): TableReport =>
  report.tables.find((table) => table.name === name)!;

describe('the schema', () => {
  const report = (): SchemaReport =>
    schemaWith(`
      CREATE TABLE place (country TEXT, city TEXT NOT NULL DEFAULT 'Graz', PRIMARY KEY (city, country)) WITHOUT ROWID, STRICT;
      CREATE TABLE staff (
        id INTEGER PRIMARY KEY, name TEXT DEFAULT ('no' || 'body'), pay REAL, twice AS (pay * 2), kept INT AS (id + 1) STORED,
        boss REFERENCES staff ON DELETE SET NULL ON UPDATE CASCADE, country, city,
        UNIQUE (name), FOREIGN KEY (city, country) REFERENCES place);
      CREATE INDEX by_pay ON staff (pay DESC, lower(name)) WHERE pay > 0;
      CREATE VIEW names AS SELECT name FROM staff;
      CREATE TRIGGER hired AFTER INSERT ON staff BEGIN SELECT 1; END;
      CREATE TRIGGER named INSTEAD OF DELETE ON names BEGIN SELECT 2; END;
      INSERT INTO staff (id, name) VALUES (7, 'a'), (8, 'b');`);

  it('tells columns with keys, defaults and how they are generated', () => {
    const { columns, withoutRowid, strict, rowCount } = tableOf(report(), 'staff');
    expect({ withoutRowid, strict, rowCount }).toEqual({ withoutRowid: false, strict: false, rowCount: 2 });
    const plain = { notNull: false, primaryKey: 0, hidden: false, default: null, generated: null };
    expect(columns.slice(0, 5)).toEqual([
      { ...plain, name: 'id', type: 'INTEGER', primaryKey: 1 },
      { ...plain, name: 'name', type: 'TEXT', default: "'no' || 'body'" },
      { ...plain, name: 'pay', type: 'REAL' },
      { ...plain, name: 'twice', type: '', generated: 'virtual' },
      { ...plain, name: 'kept', type: 'INT', generated: 'stored' },
    ]);
    expect(tableOf(report(), 'place')).toMatchObject({
      withoutRowid: true,
      strict: true,
      columns: [
        { name: 'country', primaryKey: 2 },
        { name: 'city', primaryKey: 1, notNull: true, default: "'Graz'" },
      ],
    });
  });

  it('tells foreign keys in their order, with what happens on a delete', () => {
    expect(tableOf(report(), 'staff').foreignKeys).toEqual([
      { columns: ['boss'], table: 'staff', references: ['id'], onDelete: 'SET NULL', onUpdate: 'CASCADE' },
      {
        columns: ['city', 'country'],
        table: 'place',
        references: ['city', 'country'],
        onDelete: 'NO ACTION',
        onUpdate: 'NO ACTION',
      },
    ]);
  });

  it('tells indexes, triggers and views with their SQL', () => {
    const found = report();
    const staff = tableOf(found, 'staff');
    expect(staff.indexes).toEqual([
      { name: 'sqlite_autoindex_staff_1', unique: true, columns: ['name'], sql: null },
      {
        name: 'by_pay',
        unique: false,
        columns: ['pay', '(expression)'],
        sql: 'CREATE INDEX by_pay ON staff (pay DESC, lower(name)) WHERE pay > 0',
      },
    ]);
    expect(staff.triggers).toEqual([
      { name: 'hired', sql: 'CREATE TRIGGER hired AFTER INSERT ON staff BEGIN SELECT 1; END' },
    ]);
    const view = tableOf(found, 'names');
    expect(view).toMatchObject({ type: 'view', rowCount: null, sql: 'CREATE VIEW names AS SELECT name FROM staff' });
    expect(view.triggers.map(({ name }) => name)).toEqual(['named']);
  });

  it('reads 500 tables', () => {
    const setup = Array.from({ length: 500 }, (_, at) => `CREATE TABLE t${at} (id INTEGER PRIMARY KEY, v)`).join(';');
    expect(schemaWith(setup).tables.map(({ name }) => name)).toEqual(Array.from({ length: 500 }, (_, at) => `t${at}`));
  });
});
