/**
 * A whole database as SQL that loads in one go: tables with their rows, then indexes, views and triggers, so that no trigger
 * fires and no index slows the loading. Rowids that no column names are numbered anew.
 */
import { AppError } from '../../core/errors.ts';
import type { Connection } from '../connection.ts';
import type { SqlValue } from '../protocol.ts';
import { selectOf, writeRows, type RowSink } from './export-rows.ts';
import { insertsInto } from './sql.ts';

/** Answers the number of rows written. */
export async function writeDump(connection: Connection, sink: RowSink): Promise<number> {
  const { file } = sink;
  const kinds = new Map(
    connection
      .query("SELECT name, type FROM pragma_table_list WHERE schema = 'main'")
      .map(([name, type]): [SqlValue, SqlValue] => [name!, type!]),
  );
  const objects = connection
    .query('SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid')
    .map(([type, name, sql]) => ({ type: String(type), name: String(name), sql: String(sql) }))
    .filter(({ name }) => !name.startsWith('sqlite_'));
  const later = (type: string): string =>
    objects.map((object) => (object.type === type ? `${object.sql};\n` : '')).join('');
  let rows = 0;

  // References may point forward, to a table that is not filled yet.
  file.write('PRAGMA foreign_keys=OFF;\nBEGIN;\n');
  for (const { type, name, sql } of objects) {
    // A virtual table makes its shadow tables itself, and fills them as its rows come.
    if (type !== 'table' || kinds.get(name) === 'shadow') continue;
    file.write(`${sql};\n`);
    const isVirtual = kinds.get(name) === 'virtual';
    const select = selectOf(connection, name, 'stored');
    try {
      rows += await writeRows(
        connection,
        isVirtual ? select.replace('SELECT ', 'SELECT rowid AS "rowid", ') : select,
        [],
        insertsInto(name),
        sink,
      );
    } catch (error) {
      if (!isVirtual || !(error instanceof AppError) || error.code !== 'sql') throw error;
      file.write(`-- The rows of ${name.replaceAll(/\s/g, ' ')} could not be read: ${error.message}\n`);
    }
  }
  if (kinds.has('sqlite_sequence')) {
    file.write('DELETE FROM sqlite_sequence;\n');
    await writeRows(connection, 'SELECT name, seq FROM sqlite_sequence', [], insertsInto('sqlite_sequence'), sink);
  }
  if (kinds.has('sqlite_stat1')) {
    file.write('ANALYZE sqlite_schema;\n');
    await writeRows(connection, 'SELECT tbl, idx, stat FROM sqlite_stat1', [], insertsInto('sqlite_stat1'), sink);
  }
  file.write(`${later('index')}${later('view')}${later('trigger')}`);
  for (const pragma of ['user_version', 'application_id']) {
    const value = connection.number(`PRAGMA ${pragma}`);
    if (value !== 0) file.write(`PRAGMA ${pragma}=${value};\n`);
  }
  file.write('COMMIT;\n');
  return rows;
}
