/**
 * The sample shop: customers, products, orders, their items and events, from a seed. A few customers and products take much of
 * the trade, as in a real shop; totals agree with items; there is no secondary index.
 */
import type { Random } from '../../../core/ports.ts';
import { createRandom } from '../../../core/random.ts';
import type { SqliteModule } from '../../sqlite/sqlite-module.ts';
import { buildSample, CHUNK_ROWS, type SampleBuilder, type SampleControl } from '../build.ts';
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

/** An order and its items. */
const ROWS_PER_ORDER = 3.5;

const SHOP_SIZES = {
  S: { customers: 2_000, products: 500, orders: 12_000, events: 30_000 },
  M: { customers: 28_000, products: 2_500, orders: 250_000, events: 780_000 },
  L: { customers: 100_000, products: 6_000, orders: 900_000, events: 2_900_000 },
} as const;
export type ShopSize = keyof typeof SHOP_SIZES;

/** The shop as a database file; equal seeds give equal bytes. Error `cancelled`, which leaves nothing behind. */
export function makeShop(
  module: SqliteModule,
  size: ShopSize,
  seed: number,
  control: SampleControl,
): Promise<Uint8Array> {
  const { customers, products, orders, events } = SHOP_SIZES[size];
  const rows = customers + products + orders * ROWS_PER_ORDER + events;
  return buildSample(module, SCHEMA, rows, control, (builder) => new ShopMaker(builder, SHOP_SIZES[size], seed).make());
}

class ShopMaker {
  readonly #builder: SampleBuilder;
  readonly #size: (typeof SHOP_SIZES)[ShopSize];
  readonly #random: Random;
  #prices = new Int32Array(0);

  constructor(builder: SampleBuilder, size: (typeof SHOP_SIZES)[ShopSize], seed: number) {
    this.#builder = builder;
    this.#size = size;
    this.#random = createRandom(seed);
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
    const insert = this.#builder.into('customers', 6);
    const joined = momentsInOrder(this.#size.customers, random);
    for (let id = 1; id <= this.#size.customers; id++) {
      const first = pick(FIRST_NAMES, random);
      const last = pick(LAST_NAMES, random);
      const [city, country] = CITIES[cities.draw(random)];
      const email = `${first}.${last}${id}@example.com`.toLowerCase();
      insert.row(id, `${first} ${last}`, email, city, country, isoDate(Math.floor(joined[id - 1] / 86400)));
      if (id % CHUNK_ROWS === 0) await this.#builder.made(CHUNK_ROWS, 'customers');
    }
  }

  async #products(): Promise<void> {
    const random = this.#random.fork('products');
    const insert = this.#builder.into('products', 5);
    this.#prices = new Int32Array(this.#size.products + 1);
    for (let id = 1; id <= this.#size.products; id++) {
      const { name, nouns, lowCents, highCents } = pick(CATEGORIES, random);
      // The smaller of two draws: cheap things are more frequent. Prices end in 90 cents.
      const span = Math.min(random.below(highCents - lowCents), random.below(highCents - lowCents));
      const price = Math.floor((lowCents + span) / 100) * 100 + 90;
      this.#prices[id] = price;
      insert.row(id, `${pick(ADJECTIVES, random)} ${pick(nouns, random)} ${id}`, name, price, random.below(400));
    }
    await this.#builder.made(this.#size.products, 'products');
  }

  async #orders(): Promise<void> {
    const { customers, products, orders } = this.#size;
    const random = this.#random.fork('orders');
    const customer = ranked(customers, 12, random);
    const product = ranked(products, 6, random);
    const settled = new WeightedSampler(SETTLED_STATUSES.map(([, weight]) => weight));
    const itemCounts = new WeightedSampler([38, 27, 15, 9, 6, 3, 2]);
    const intoOrders = this.#builder.into('orders', 5);
    const intoItems = this.#builder.into('order_items', 5);
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
      if (id % CHUNK_ROWS === 0) await this.#builder.made(CHUNK_ROWS * ROWS_PER_ORDER, 'orders');
    }
  }

  async #events(): Promise<void> {
    const { customers, products, events } = this.#size;
    const random = this.#random.fork('events');
    const customer = ranked(customers, 8, random);
    const product = ranked(products, 4, random);
    const types = new WeightedSampler(EVENT_TYPES.map(([, weight]) => weight));
    const insert = this.#builder.into('events', 6);
    const moments = momentsInOrder(events, random);
    for (let id = 1; id <= events; id++) {
      const [type, , aboutProduct] = EVENT_TYPES[types.draw(random)];
      const who = random.below(8) === 0 ? null : customer(random); // one in eight is not signed in
      const details =
        type === 'search' ? pick(SEARCHES, random) : random.below(3) === 0 ? `from ${pick(SITES, random)}` : null;
      insert.row(id, who, type, isoDateTime(moments[id - 1]), aboutProduct ? product(random) : null, details);
      if (id % CHUNK_ROWS === 0) await this.#builder.made(CHUNK_ROWS, 'events');
    }
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
