/**
 * The sample shop: customers, products, orders, their items and events, from a seed. A few customers and products take much of
 * the trade, as in a real shop; totals agree with items; there is no secondary index.
 */
import { AppError } from '../../../core/errors.ts';
import type { Random } from '../../../core/ports.ts';
import { createRandom } from '../../../core/random.ts';
import { NativeConnection } from '../../native.ts';
import { PagedFile } from '../../paged-file.ts';
import { emptyDatabase } from '../../snapshot-file.ts';
import type { SqliteModule } from '../../sqlite-module.ts';
import { BulkInsert } from '../bulk-insert.ts';
import { isoDate, isoDateTime, momentsInOrder } from '../calendar.ts';
import {
  ADJECTIVES,
  CATEGORIES,
  CITIES,
  EVENT_TYPES,
  FIRST_NAMES,
  LAST_NAMES,
  SEARCHES,
  SETTLED_STATUSES,
  SITES,
} from './words.ts';
import { shuffled, WeightedSampler, zipfWeights } from '../weighted.ts';

export interface SampleControl {
  /** Told now and then: share done (0..1) and what is being made. */
  progress(report: { fraction: number; stage: string }): void;
  /** Lets messages in, so that a cancel can arrive. */
  pause(): Promise<void>;
  isCancelled(): boolean;
}

const SCHEMA = `
CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  city TEXT NOT NULL,
  country TEXT NOT NULL,
  joined_on TEXT NOT NULL
);
CREATE TABLE products (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  category TEXT NOT NULL,
  price_cents INTEGER NOT NULL,
  stock INTEGER NOT NULL
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  status TEXT NOT NULL,
  ordered_at TEXT NOT NULL,
  total_cents INTEGER NOT NULL
);
CREATE TABLE order_items (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  product_id INTEGER NOT NULL REFERENCES products (id),
  quantity INTEGER NOT NULL,
  price_cents INTEGER NOT NULL
);
CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER REFERENCES customers (id),
  type TEXT NOT NULL,
  at TEXT NOT NULL,
  product_id INTEGER REFERENCES products (id),
  details TEXT
);`;

const SHOP_SIZES = {
  S: { customers: 2_000, products: 500, orders: 12_000, events: 30_000 },
  M: { customers: 28_000, products: 2_500, orders: 250_000, events: 780_000 },
} as const;
export type ShopSize = keyof typeof SHOP_SIZES;

/** Rows between two looks at the clock. */
const CHUNK_ROWS = 2000;
/** Time between two pauses. */
const PAUSE_EVERY_MS = 60;

/** The shop as a database file; equal seeds give equal bytes. Error `cancelled`, which leaves nothing behind. */
export async function makeShop(
  module: SqliteModule,
  size: ShopSize,
  seed: number,
  control: SampleControl,
): Promise<Uint8Array> {
  const file = new PagedFile(emptyDatabase(module));
  const database = new module.raw.Database(file);
  const native = new NativeConnection(module, database.db);
  try {
    native.exec(`PRAGMA cache_size = -65536; PRAGMA journal_mode = MEMORY; BEGIN; ${SCHEMA}`);
    await new ShopMaker(module, native, SHOP_SIZES[size], seed, control).make();
    native.exec('COMMIT');
    return file.toBytes();
  } finally {
    native.free();
    database.close();
  }
}

class ShopMaker {
  readonly #module: SqliteModule;
  readonly #native: NativeConnection;
  readonly #size: (typeof SHOP_SIZES)[ShopSize];
  readonly #random: Random;
  readonly #control: SampleControl;
  readonly #rowsTotal: number;
  #rows = 0;
  #pausedAtMs = performance.now();
  #prices = new Int32Array(0);

  constructor(
    module: SqliteModule,
    native: NativeConnection,
    size: (typeof SHOP_SIZES)[ShopSize],
    seed: number,
    control: SampleControl,
  ) {
    this.#module = module;
    this.#native = native;
    this.#size = size;
    this.#random = createRandom(seed);
    this.#control = control;
    this.#rowsTotal = size.customers + size.products + size.orders * 3.5 + size.events;
  }

  async make(): Promise<void> {
    await this.#customers();
    await this.#products();
    await this.#orders();
    await this.#events();
  }

  async #customers(): Promise<void> {
    const random = this.#random.fork('customers');
    const cities = new WeightedSampler(CITIES.map(([, , weight]) => weight));
    const insert = this.#into('customers', 6);
    const joined = momentsInOrder(this.#size.customers, random);
    for (let id = 1; id <= this.#size.customers; id++) {
      const first = pick(FIRST_NAMES, random);
      const last = pick(LAST_NAMES, random);
      const [city, country] = CITIES[cities.draw(random)];
      const email = `${first}.${last}${id}@example.com`.toLowerCase();
      insert.row(id, `${first} ${last}`, email, city, country, isoDate(Math.floor(joined[id - 1] / 86400)));
      if (id % CHUNK_ROWS === 0) await this.#breathe(CHUNK_ROWS, 'customers');
    }
    insert.free();
  }

  async #products(): Promise<void> {
    const random = this.#random.fork('products');
    const insert = this.#into('products', 5);
    this.#prices = new Int32Array(this.#size.products + 1);
    for (let id = 1; id <= this.#size.products; id++) {
      const { name, nouns, lowCents, highCents } = pick(CATEGORIES, random);
      // The smaller of two draws: cheap things are more frequent. Prices end in 90 cents.
      const span = Math.min(random.below(highCents - lowCents), random.below(highCents - lowCents));
      const price = Math.floor((lowCents + span) / 100) * 100 + 90;
      this.#prices[id] = price;
      insert.row(id, `${pick(ADJECTIVES, random)} ${pick(nouns, random)} ${id}`, name, price, random.below(400));
    }
    insert.free();
    await this.#breathe(this.#size.products, 'products');
  }

  async #orders(): Promise<void> {
    const { customers, products, orders } = this.#size;
    const random = this.#random.fork('orders');
    const customer = ranked(customers, 12, random);
    const product = ranked(products, 6, random);
    const settled = new WeightedSampler(SETTLED_STATUSES.map(([, weight]) => weight));
    const itemCounts = new WeightedSampler([38, 27, 15, 9, 6, 3, 2]);
    const intoOrders = this.#into('orders', 5);
    const intoItems = this.#into('order_items', 5);
    const moments = momentsInOrder(orders, random);
    const recent = moments[orders - 1] - 9 * 86400;
    let itemId = 0;
    for (let id = 1; id <= orders; id++) {
      const at = moments[id - 1];
      const status = at < recent ? SETTLED_STATUSES[settled.draw(random)][0] : random.below(3) > 0 ? 'paid' : 'shipped';
      let total = 0;
      for (let count = itemCounts.draw(random) + 1; count > 0; count--) {
        const productId = product(random);
        const quantity = random.below(5) > 0 ? 1 : 2 + random.below(3);
        const price = this.#prices[productId];
        total += quantity * price;
        intoItems.row(++itemId, id, productId, quantity, price);
      }
      intoOrders.row(id, customer(random), status, isoDateTime(at), total);
      if (id % CHUNK_ROWS === 0) await this.#breathe(CHUNK_ROWS * 3.5, 'orders');
    }
    intoOrders.free();
    intoItems.free();
  }

  async #events(): Promise<void> {
    const { customers, products, events } = this.#size;
    const random = this.#random.fork('events');
    const customer = ranked(customers, 8, random);
    const product = ranked(products, 4, random);
    const types = new WeightedSampler(EVENT_TYPES.map(([, weight]) => weight));
    const insert = this.#into('events', 6);
    const moments = momentsInOrder(events, random);
    for (let id = 1; id <= events; id++) {
      const [type, , aboutProduct] = EVENT_TYPES[types.draw(random)];
      const who = random.below(8) === 0 ? null : customer(random); // one in eight is not signed in
      const details =
        type === 'search' ? pick(SEARCHES, random) : random.below(3) === 0 ? `from ${pick(SITES, random)}` : null;
      insert.row(id, who, type, isoDateTime(moments[id - 1]), aboutProduct ? product(random) : null, details);
      if (id % CHUNK_ROWS === 0) await this.#breathe(CHUNK_ROWS, 'events');
    }
    insert.free();
  }

  #into(table: string, columnCount: number): BulkInsert {
    return new BulkInsert(this.#module, this.#native, table, columnCount);
  }

  async #breathe(rows: number, stage: string): Promise<void> {
    this.#rows += rows;
    if (performance.now() - this.#pausedAtMs < PAUSE_EVERY_MS) return;
    this.#control.progress({ fraction: Math.min(1, this.#rows / this.#rowsTotal), stage });
    await this.#control.pause();
    if (this.#control.isCancelled()) throw new AppError('cancelled', 'Making the sample was cancelled.');
    this.#pausedAtMs = performance.now();
  }
}

/** Draws ids 1 to `count`, Zipf-like, with the favourites spread over all ids. */
function ranked(count: number, flatness: number, random: Random): (random: Random) => number {
  const sampler = new WeightedSampler(zipfWeights(count, flatness));
  const order = shuffled(count, random);
  return (source) => order[sampler.draw(source)] + 1;
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  return items[random.below(items.length)];
}
