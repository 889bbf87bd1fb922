import { describe, expect, it } from 'vitest';
import { schemaOf } from '../../../src/database/schema/catalog.ts';
import type { SampleRequest } from '../../../src/database/protocol.ts';
import { loadReads } from '../../../src/engine/load.ts';
import { made, opened } from '../database/samples/support.ts';

const samples: SampleRequest[] = [
  { name: 'shop', size: 'S', seed: 1 },
  { name: 'music', size: 'S', seed: 1 },
  { name: 'flights', size: 'S', seed: 1 },
  { name: 'tpch', size: '0.001', seed: 1 },
];

describe('what a load reads', () => {
  it.each(samples)('finds rows in $name', async ({ name, size, seed }) => {
    const database = await opened(await made(name, size, seed));
    const reads = loadReads(schemaOf(database));
    expect(reads.length).toBeGreaterThan(6);
    for (const { sql, keyCount } of reads) {
      // Some key among the first has a row, or children; sparse keys and childless parents leave some without.
      const isTelling = (key: number): boolean => {
        const rows = database.query(sql, [key]);
        return sql.includes('count(*)') ? Number(rows[0]?.[0]) > 0 : rows.length > 0;
      };
      const keys = Array.from({ length: Math.min(keyCount, 60) }, (_, index) => index + 1);
      expect(keys.some(isTelling), sql).toBe(true);
    }
  });

  it('does not leave out a table whose rows were too many to count', async () => {
    const schema = schemaOf(await opened(await made('music', 'S', 1)));
    for (const table of schema.tables) table.rowCount = null;
    expect(loadReads(schema).length).toBeGreaterThan(10);
  });

  it('reaches a parent that is no integer key, or whose key is not named, and leaves out what has no rowid', async () => {
    const database = await opened(await made('music', 'S', 1));
    database.exec(`CREATE TABLE codes (code TEXT PRIMARY KEY); INSERT INTO codes VALUES ('a');
      CREATE TABLE uses (code TEXT REFERENCES codes, other INTEGER REFERENCES "ARTISTS"); INSERT INTO uses VALUES ('a', 1)`);
    const sqls = loadReads(schemaOf(database)).map(({ sql }) => sql);
    expect(sqls).toContain('SELECT count(*) FROM "uses" WHERE "code" = (SELECT "code" FROM "codes" WHERE rowid = ?)');
    expect(sqls).toContain('SELECT count(*) FROM "uses" WHERE "other" = ?');
    expect(sqls).toContain('SELECT count(*) FROM "playlist_tracks" WHERE "track_id" = ?');
    expect(sqls.join()).not.toContain('"playlist_tracks" WHERE rowid');
  });
});
