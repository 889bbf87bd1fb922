/**
 * TPC-H-like data, not dbgen's: the eight tables of the TPC-H specification (clauses 1.4 and 4.2) with its keys, ranges and
 * dependencies, filled from our own seed and our own prose. Row counts follow the scale, so that the benchmark's queries find what
 * they look for. Only the keys are indexed.
 */
import type { Random } from '../../../core/ports.ts';
import { createRandom } from '../../../core/random.ts';
import type { SqliteModule } from '../../sqlite/sqlite-module.ts';
import { buildSample, CHUNK_ROWS, type SampleBuilder, type SampleControl } from '../build.ts';
import { isoDate } from '../calendar.ts';
import { shuffled } from '../weighted.ts';
import { TPCH_SCHEMA } from './schema.ts';
import { Prose } from './prose.ts';
import {
  COLOURS,
  CONTAINER_WORDS,
  INSTRUCTIONS,
  MODES,
  NATIONS,
  PRIORITIES,
  REGIONS,
  SEGMENTS,
  TYPE_WORDS,
} from './words.ts';

/** Days since 1970 of 1992-01-01, of the last order, and of "today": what was received by then may have come back. */
const FIRST_DAY = 8035;
const LAST_ORDER_DAY = 10_440;
const TODAY = 9298;
const LAST_DAY = LAST_ORDER_DAY + 121 + 30;
/** Line items of an order, on average. */
const LINES_PER_ORDER = 4;
/** One order in so many is a bulk order: seven lines of many pieces, rare at small scales if left to chance. */
const BULK_EVERY = 4000;
const CLERKS = 1000;

/** Equal scales and seeds give equal bytes. `scale` 1 would be six million line items. Error `cancelled`. */
export function makeTpch(
  module: SqliteModule,
  scale: number,
  seed: number,
  control: SampleControl,
): Promise<Uint8Array> {
  const counts = tpchCounts(scale);
  const { suppliers, parts, customers, orders } = counts;
  const rows = suppliers + 5 * parts + customers + orders * (1 + LINES_PER_ORDER);
  return buildSample(module, TPCH_SCHEMA, rows, control, (builder) => new TpchMaker(builder, counts, seed).make());
}

/** Rows of the tables whose number is exact. */
export function tpchCounts(scale: number): {
  suppliers: number;
  parts: number;
  customers: number;
  orders: number;
  clerks: number;
} {
  const of = (rows: number): number => Math.round(rows * scale);
  return {
    // A part has four suppliers.
    suppliers: Math.max(4, of(10_000)),
    parts: Math.max(4, of(200_000)),
    customers: Math.max(3, of(150_000)),
    orders: Math.max(10, of(1_500_000)),
    clerks: Math.max(1, of(CLERKS)),
  };
}

/** Keys are sparse, as in the specification: eight used, then twenty-four left out. `index` counts from 0. */
export function orderKey(index: number): number {
  return Math.floor(index / 8) * 32 + (index % 8) + 1;
}

/** The `index`-th (0 to 3) supplier of a part: four different ones, a quarter of all apart. */
export function supplierOf(part: number, index: number, suppliers: number): number {
  const round = Math.floor((part - 1) / suppliers);
  return ((part - 1 + round + index * Math.floor(suppliers / 4)) % suppliers) + 1;
}

/** In cents, from the key alone (clause 4.2.3). */
export function retailCents(part: number): number {
  return 90_000 + (Math.floor(part / 10) % 20_001) + 100 * (part % 1000);
}

class TpchMaker {
  readonly #builder: SampleBuilder;
  readonly #counts: ReturnType<typeof tpchCounts>;
  readonly #random: Random;
  readonly #prose: Prose;

  constructor(builder: SampleBuilder, counts: ReturnType<typeof tpchCounts>, seed: number) {
    this.#builder = builder;
    this.#counts = counts;
    this.#random = createRandom(seed);
    this.#prose = new Prose(this.#random.fork('prose'));
  }

  async make(): Promise<void> {
    this.#places();
    await this.#suppliers();
    await this.#parts();
    await this.#customers();
    await this.#orders();
  }

  #places(): void {
    const random = this.#random.fork('places');
    const regions = this.#builder.into('region', 3);
    REGIONS.forEach((name, key) => regions.row(key, name, this.#prose.text(31, 115, random)));
    const nations = this.#builder.into('nation', 4);
    NATIONS.forEach(([name, region], key) => nations.row(key, name, region, this.#prose.text(31, 114, random)));
  }

  async #suppliers(): Promise<void> {
    const random = this.#random.fork('suppliers');
    const insert = this.#builder.into('supplier', 7);
    const { suppliers } = this.#counts;
    // Each nation has a supplier, however few there are.
    const first = shuffled(NATIONS.length, random);
    // Five in 10,000 have complaints, five are praised; at least one of each.
    const told = shuffled(suppliers, random);
    const few = Math.max(1, Math.round(suppliers / 2000));
    const words = new Map<number, string>();
    for (let index = 0; index < few; index++) {
      words.set(told[index] + 1, 'Complaints');
      words.set(told[few + index] + 1, 'Recommends');
    }
    for (let key = 1; key <= suppliers; key++) {
      const nation = key <= first.length ? first[key - 1] : random.below(NATIONS.length);
      const said = words.get(key);
      const comment = said
        ? `${this.#prose.text(10, 25, random)} Customer ${this.#prose.text(5, 15, random)} ${said}`
        : this.#prose.text(25, 100, random);
      insert.row(
        key,
        `Supplier#${padded(key, 9)}`,
        address(random),
        nation,
        phone(nation, random),
        balance(random),
        comment,
      );
    }
    await this.#builder.made(suppliers, 'suppliers');
  }

  async #parts(): Promise<void> {
    const random = this.#random.fork('parts');
    const intoParts = this.#builder.into('part', 9);
    const intoSupplies = this.#builder.into('partsupp', 5);
    const { parts, suppliers } = this.#counts;
    for (let key = 1; key <= parts; key++) {
      const maker = 1 + random.below(5);
      intoParts.row(
        key,
        fiveColours(random),
        `Manufacturer#${maker}`,
        `Brand#${maker}${1 + random.below(5)}`,
        TYPE_WORDS.map((list) => pick(list, random)).join(' '),
        1 + random.below(50),
        CONTAINER_WORDS.map((list) => pick(list, random)).join(' '),
        retailCents(key) / 100,
        this.#prose.text(5, 22, random),
      );
      for (let index = 0; index < 4; index++) {
        const cost = (100 + random.below(99_901)) / 100;
        const quantity = 1 + random.below(9999);
        intoSupplies.row(key, supplierOf(key, index, suppliers), quantity, cost, this.#prose.text(49, 198, random));
      }
      if (key % 400 === 0) await this.#builder.made(2000, 'parts');
    }
  }

  async #customers(): Promise<void> {
    const random = this.#random.fork('customers');
    const insert = this.#builder.into('customer', 8);
    for (let key = 1; key <= this.#counts.customers; key++) {
      const nation = random.below(NATIONS.length);
      insert.row(
        key,
        `Customer#${padded(key, 9)}`,
        address(random),
        nation,
        phone(nation, random),
        balance(random),
        pick(SEGMENTS, random),
        this.#prose.text(29, 116, random),
      );
      if (key % CHUNK_ROWS === 0) await this.#builder.made(CHUNK_ROWS, 'customers');
    }
  }

  async #orders(): Promise<void> {
    const random = this.#random.fork('orders');
    const lines = this.#random.fork('lines');
    const intoOrders = this.#builder.into('orders', 9);
    const intoLines = this.#builder.into('lineitem', 16);
    const { customers, orders, parts, suppliers, clerks } = this.#counts;
    const dates = Array.from({ length: LAST_DAY - FIRST_DAY + 1 }, (_, day) => isoDate(FIRST_DAY + day));
    const buyers = customers - Math.floor(customers / 3);
    for (let index = 0; index < orders; index++) {
      const key = orderKey(index);
      const buyer = random.below(buyers);
      // Every third customer has never ordered.
      const customer = Math.floor(buyer / 2) * 3 + (buyer % 2) + 1;
      const ordered = FIRST_DAY + random.below(LAST_ORDER_DAY - FIRST_DAY + 1);
      const bulk = index % BULK_EVERY === BULK_EVERY >> 1;
      const lineCount = bulk ? 7 : 1 + random.below(7);
      let totalCents = 0;
      let open = 0;
      for (let line = 1; line <= lineCount; line++) {
        const part = 1 + lines.below(parts);
        const supplier = supplierOf(part, lines.below(4), suppliers);
        const quantity = bulk ? 44 + lines.below(7) : 1 + lines.below(50);
        const cents = quantity * retailCents(part);
        const discount = lines.below(11);
        const tax = lines.below(9);
        const shipped = ordered + 1 + lines.below(121);
        const promised = ordered + 30 + lines.below(61);
        const received = shipped + 1 + lines.below(30);
        totalCents += Math.round((cents * (100 - discount) * (100 + tax)) / 10_000);
        if (shipped > TODAY) open++;
        intoLines.row(
          key,
          part,
          supplier,
          line,
          quantity,
          cents / 100,
          discount / 100,
          tax / 100,
          received > TODAY ? 'N' : lines.below(2) === 0 ? 'R' : 'A',
          shipped > TODAY ? 'O' : 'F',
          dates[shipped - FIRST_DAY],
          dates[promised - FIRST_DAY],
          dates[received - FIRST_DAY],
          pick(INSTRUCTIONS, lines),
          pick(MODES, lines),
          this.#prose.text(10, 43, lines),
        );
      }
      intoOrders.row(
        key,
        customer,
        open === 0 ? 'F' : open === lineCount ? 'O' : 'P',
        totalCents / 100,
        dates[ordered - FIRST_DAY],
        pick(PRIORITIES, random),
        `Clerk#${padded(1 + random.below(clerks), 9)}`,
        0,
        this.#prose.text(19, 78, random),
      );
      if (index % 400 === 399) await this.#builder.made(400 * (1 + LINES_PER_ORDER), 'orders');
    }
  }
}

function fiveColours(random: Random): string {
  const chosen = new Set<string>();
  while (chosen.size < 5) chosen.add(pick(COLOURS, random));
  return [...chosen].join(' ');
}

const ADDRESS_LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789, ';

function address(random: Random): string {
  let text = '';
  for (let left = 10 + random.below(31); left > 0; left--)
    text += ADDRESS_LETTERS[random.below(ADDRESS_LETTERS.length)];
  return text;
}

/** The country's code is its key plus ten. */
function phone(nation: number, random: Random): string {
  return `${nation + 10}-${100 + random.below(900)}-${100 + random.below(900)}-${1000 + random.below(9000)}`;
}

/** From -999.99 to 9999.99. */
function balance(random: Random): number {
  return (random.below(1_099_999) - 99_999) / 100;
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  return items[random.below(items.length)];
}
