import { expect, it } from 'vitest';
import { quoted } from '../../../src/core/sql-name.ts';
import { databaseWith, openOn, sqlite } from './support.ts';

it('a name is one to SQLite, whatever it holds', async () => {
  const module = await sqlite();
  for (const name of ['orders', 'order', 'GROUP', 'true', 'a b', 'a"b', '7', "it's", 'é']) {
    const connection = openOn(module, databaseWith(module, `CREATE TABLE ${quoted(name)} (${quoted(name)})`));
    expect(connection.query('SELECT name FROM sqlite_schema')).toEqual([[name]]);
    expect(connection.query(`SELECT ${quoted(name)} FROM ${quoted(name)} LIMIT 100`)).toEqual([]);
    connection.close();
  }
});
