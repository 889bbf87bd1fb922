import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.ts';
import type { Connection } from '../../../../src/database/connection.ts';
import { isoDateTime, momentsInOrder } from '../../../../src/database/samples/calendar.ts';
import { shopQueries } from '../../../../src/database/samples/shop/catalogue.ts';
import { makeShop } from '../../../../src/database/samples/shop/shop.ts';
import { shuffled, WeightedSampler, zipfWeights } from '../../../../src/database/samples/weighted.ts';
import type { SqliteModule } from '../../../../src/database/sqlite/sqlite-module.ts';
import { openOn, sqlite, startServer } from '../support.ts';
import { hashOf, quiet, valuesOf } from './support.ts';

let module: SqliteModule;
let bytes: Uint8Array;
let shop: Connection;

beforeAll(async () => {
  module = await sqlite();
  bytes = await makeShop(module, 'S', 1, quiet);
  shop = openOn(module, bytes);
}, 30_000);

describe('the sample shop', () => {
  it('is the same to the byte from the same seed, and another from another', async () => {
    expect(hashOf(await makeShop(module, 'S', 1, quiet))).toBe(hashOf(bytes));
    expect(hashOf(await makeShop(module, 'S', 2, quiet))).not.toBe(hashOf(bytes));
    // Links and kept histories name it by its seed: it must stay what it was.
    expect(hashOf(bytes)).toBe('65f9f47ce53f91156aa7c614df4e9853006bc60098a6c4c54f4da2905fdfb9bd');
  }, 30_000);

  it('holds together: totals agree with items, keys with rows', () => {
    expect(shop.query('PRAGMA integrity_check')).toEqual([['ok']]);
    expect(shop.query('PRAGMA foreign_key_check')).toEqual([]);
    const wrong = `SELECT count(*) FROM orders JOIN (SELECT order_id, sum(quantity * price_cents) AS total FROM order_items GROUP BY 1) ON order_id = id
      WHERE total <> total_cents`;
    expect(shop.number(wrong)).toBe(0);
    expect(shop.number('SELECT count(*) FROM orders WHERE id NOT IN (SELECT order_id FROM order_items)')).toBe(0);
    expect(shop.number("SELECT count(*) FROM sqlite_schema WHERE type = 'index'")).toBe(0);
    expect(shop.number('SELECT count(*) FROM orders WHERE datetime(ordered_at) IS NOT ordered_at')).toBe(0);
  });

  it('is skewed as a shop is: a tenth of the customers place most of the orders, December is busy', () => {
    const share = `SELECT 100 * sum(n) / (SELECT count(*) FROM orders) FROM
      (SELECT count(*) AS n FROM orders GROUP BY customer_id ORDER BY n DESC LIMIT 200)`;
    expect(shop.number(share)).toBeGreaterThan(45);
    const month = (name: string): number => shop.number(`SELECT count(*) FROM orders WHERE ordered_at LIKE '${name}%'`);
    expect(month('2025-12')).toBeGreaterThan(1.4 * month('2025-10'));
  });

  it('answers its ready queries, and the first one hurts without an index', () => {
    for (const { id, sql, parameters } of shopQueries) {
      if (id === 'slow') continue;
      expect(shop.run(sql, valuesOf(parameters)).result.rowCount, id).toBeGreaterThan(0);
    }
    const [first] = shopQueries;
    const without = shop.run(first.sql).work.vmSteps!;
    shop.exec('CREATE INDEX trial ON events (customer_id)');
    expect(without / shop.run(first.sql).work.vmSteps!).toBeGreaterThan(50);
    shop.exec('DROP INDEX trial');
  });

  it('can be cancelled while it is made, and tells how far it is', async () => {
    const server = await startServer();
    const reports: unknown[] = [];
    let cancelled = false;
    const making = server.makeSample(
      { name: 'shop', size: 'M', seed: 1 },
      {
        progress: (report) => {
          reports.push(report);
          cancelled = reports.length === 2;
        },
        signal: {
          get cancelled() {
            return cancelled;
          },
          onCancel: () => {},
        },
      },
    );
    await expect(making).rejects.toMatchObject({ code: 'cancelled' });
    expect(reports[1]).toMatchObject({ fraction: expect.any(Number), stage: expect.any(String) });
  });
});

describe('chance by integer tables', () => {
  it('draws in proportion to weights', () => {
    const sampler = new WeightedSampler([1, 0, 3]);
    const random = createRandom(5);
    const counts = [0, 0, 0];
    for (let draw = 0; draw < 4000; draw++) counts[sampler.draw(random)]++;
    expect(counts[1]).toBe(0);
    expect(counts[0] / 4000).toBeCloseTo(0.25, 1);
  });

  it('falls off as one over rank', () => {
    const weights = zipfWeights(100, 1);
    expect(weights[0] / weights[9]).toBeCloseTo(10, 5);
    expect([...shuffled(50, createRandom(1))].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, index) => index),
    );
  });

  it('keeps moments in order within two years', () => {
    const moments = momentsInOrder(500, createRandom(2));
    expect([...moments]).toEqual([...moments].sort((a, b) => a - b));
    expect(isoDateTime(moments[0]).slice(0, 4)).toBe('2024');
    expect(isoDateTime(moments[499]).slice(0, 7)).toBe('2025-12');
    expect(isoDateTime(1735689599)).toBe('2024-12-31 23:59:59');
  });
});
