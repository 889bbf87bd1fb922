/** Queries that are ready to run on what is open. The shop's are on the first screen; the others are loaded when asked for. */
import type { ReadyQuery, SampleName } from '../../database/samples/catalogue.ts';
import { shopQueries } from '../../database/samples/shop/catalogue.ts';

/** For a person's own file: what holds for any database. */
const fileQueries: readonly ReadyQuery[] = [
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

export async function readyQueries(name: SampleName | null): Promise<readonly ReadyQuery[]> {
  switch (name) {
    case null:
      return fileQueries;
    case 'shop':
      return shopQueries;
    case 'music':
      return (await import('../../database/samples/music/catalogue.ts')).musicQueries;
    case 'flights':
      return (await import('../../database/samples/flights/catalogue.ts')).flightsQueries;
    case 'tpch':
      return (await import('../../database/samples/tpch/catalogue.ts')).tpchQueries;
  }
}
