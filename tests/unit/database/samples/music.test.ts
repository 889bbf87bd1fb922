import { beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../../src/database/connection.ts';
import { musicQueries } from '../../../../src/database/samples/music/catalogue.ts';
import { expectAnswers, expectSound, hashOf, made, opened } from './support.ts';

let bytes: Uint8Array;
let store: Connection;

beforeAll(async () => {
  bytes = await made('music', 'S', 1);
  store = await opened(bytes);
});

describe('the record store', () => {
  it('is the same to the byte from the same seed, and another from another', async () => {
    expect(hashOf(await made('music', 'S', 1))).toBe(hashOf(bytes));
    expect(hashOf(await made('music', 'S', 2))).not.toBe(hashOf(bytes));
  });

  it('holds together: keys are true, an invoice is the sum of its lines, nothing is bought twice on one', () => {
    expectSound(store);
    const wrong = `SELECT count(*) FROM invoices JOIN (SELECT invoice_id, sum(price_cents * quantity) AS total
      FROM invoice_lines GROUP BY 1) ON invoice_id = id WHERE total <> total_cents`;
    expect(store.number(wrong)).toBe(0);
    expect(store.number('SELECT count(*) FROM invoices WHERE id NOT IN (SELECT invoice_id FROM invoice_lines)')).toBe(
      0,
    );
    expect(
      store.number(
        'SELECT count(*) FROM (SELECT 1 FROM invoice_lines GROUP BY invoice_id, track_id HAVING count(*) > 1)',
      ),
    ).toBe(0);
    expect(
      store.number('SELECT count(*) FROM (SELECT 1 FROM tracks GROUP BY album_id, position HAVING count(*) > 1)'),
    ).toBe(0);
    const away = `SELECT count(*) FROM customers c JOIN employees e ON e.id = c.support_agent_id WHERE e.title <> 'Support Agent'`;
    expect(store.number(away)).toBe(0);
  });

  it('has what outer joins and NULL are for', () => {
    const unknown = store.number('SELECT 100.0 * sum(composer IS NULL) / count(*) FROM tracks');
    expect(unknown).toBeGreaterThan(20);
    expect(unknown).toBeLessThan(30);
    expect(store.number('SELECT count(*) FROM artists WHERE id NOT IN (SELECT artist_id FROM albums)')).toBe(30);
    expect(store.number('SELECT count(*) FROM genres WHERE id NOT IN (SELECT genre_id FROM tracks)')).toBeGreaterThan(
      0,
    );
    expect(
      store.number('SELECT count(*) FROM playlists WHERE id NOT IN (SELECT playlist_id FROM playlist_tracks)'),
    ).toBe(1);
    expect(
      store.number('SELECT count(*) FROM customers WHERE id NOT IN (SELECT customer_id FROM invoices)'),
    ).toBeGreaterThan(0);
    expect(store.number("SELECT count(*) FROM artists WHERE name GLOB '*[^ -~]*'")).toBeGreaterThan(0);
  });

  it('has one tree of staff, five levels deep', () => {
    expect(store.number('SELECT count(*) FROM employees WHERE reports_to IS NULL')).toBe(1);
    const depth = `WITH RECURSIVE team(id, depth) AS (SELECT id, 1 FROM employees WHERE reports_to IS NULL
      UNION ALL SELECT e.id, depth + 1 FROM employees e JOIN team ON e.reports_to = team.id)
      SELECT max(depth) * 100 + count(*) FROM team`;
    expect(store.number(depth)).toBe(500 + store.number('SELECT count(*) FROM employees'));
  });

  it('answers its ready queries', () => {
    expectAnswers(store, musicQueries);
  });
});
