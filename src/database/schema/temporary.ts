/**
 * Temporary tables, views and triggers: they live on the primary's connection alone. One with the name of a table of the database
 * would stand before it there, while everybody else sees the table, so it has to give way.
 */
import { quoted } from '../../core/sql-name.ts';
import type { Connection } from '../connection.ts';

/** Their names, sorted. */
export function temporaryObjects(connection: Connection): string[] {
  const names = connection.query("SELECT name FROM temp.sqlite_schema WHERE type <> 'index' ORDER BY name");
  return names.map(([name]) => String(name));
}

/** Drops those with a name of the database's. Returns the names of the tables and views dropped, empty nearly always. */
export function dropShadows(connection: Connection): string[] {
  const shadows = connection.query(
    `SELECT type, name FROM temp.sqlite_schema WHERE type IN ('table', 'view')
     AND lower(name) IN (SELECT lower(name) FROM main.sqlite_schema)`,
  );
  for (const [type, name] of shadows) connection.exec(`DROP ${String(type)} temp.${quoted(String(name))}`);
  return shadows.map(([, name]) => String(name));
}
