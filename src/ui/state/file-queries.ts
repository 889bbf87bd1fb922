/** Ready queries for a person's own file: what holds for any database. */
import type { ReadyQuery } from '../../database/samples/catalogue.ts';

export const fileQueries: readonly ReadyQuery[] = [
  {
    id: 'tables',
    name: 'What is in it',
    sentence: 'Tables, views, indexes and triggers with the statements that made them, from the table of tables.',
    sql: `SELECT type, name, tbl_name AS "table", sql
FROM sqlite_schema
ORDER BY tbl_name, type DESC, name`,
  },
  {
    id: 'columns',
    name: 'Every column',
    sentence: 'The columns of all tables with their types, whether they may be NULL, and their place in the key.',
    sql: `SELECT t.name AS "table", c.name AS "column", c.type, c."notnull" AS not_null, c.pk AS key_part
FROM pragma_table_list t
JOIN pragma_table_info(t.name) c
WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
ORDER BY t.name, c.cid`,
  },
];
