/** The built-in samples: names, titles and sizes for menus. Plain data; each sample's ready queries lie in its own catalogue. */

import type { SampleRequest } from '../protocol.ts';

export type SampleName = 'shop' | 'music' | 'flights' | 'tpch';

export interface SampleSize {
  id: string;
  /** Bytes of the file and rows of all tables, about. */
  bytes: number;
  rows: number;
  /** About how long making it takes on a laptop. */
  seconds: number;
}

export interface SampleEntry {
  title: string;
  /** One line: what is in it, and what it is good for. */
  sentence: string;
  /** Said wherever the title stands alone; null for none. */
  caution: string | null;
  /** Offered in menus, smallest first. A sample with one size is named without it. */
  sizes: readonly SampleSize[];
}

export interface ReadyQuery {
  id: string;
  name: string;
  sql: string;
  /** One sentence: what it asks, or why it is slow. */
  sentence: string;
}

export const SAMPLES: Readonly<Record<SampleName, SampleEntry>> = {
  shop: {
    title: 'shop',
    sentence: 'Customers, products, orders and events, without a single index: made to feel one missing.',
    caution: null,
    sizes: [
      { id: 'S', bytes: 2_600_000, rows: 73_000, seconds: 0.3 },
      { id: 'M', bytes: 61_000_000, rows: 1_650_000, seconds: 4 },
      { id: 'L', bytes: 226_000_000, rows: 6_000_000, seconds: 14 },
    ],
  },
  music: {
    title: 'music',
    sentence: 'A record store: artists, albums, tracks, playlists, staff with managers, invoices.',
    caution: null,
    sizes: [{ id: 'S', bytes: 760_000, rows: 26_000, seconds: 0.2 }],
  },
  flights: {
    title: 'flights',
    sentence: 'Five months of flights with delays, hubs and time zones: for aggregates, windows and gaps.',
    caution: null,
    sizes: [{ id: 'S', bytes: 17_000_000, rows: 147_000, seconds: 1 }],
  },
  tpch: {
    title: 'TPC-H-like',
    sentence: 'Parts, suppliers and orders in the eight tables of the benchmark, at a scale of your choice.',
    caution: 'TPC-H-like, not dbgen',
    sizes: [
      { id: '0.01', bytes: 12_000_000, rows: 87_000, seconds: 0.5 },
      { id: '0.02', bytes: 24_500_000, rows: 173_000, seconds: 1 },
      { id: '0.05', bytes: 62_000_000, rows: 433_000, seconds: 3 },
      { id: '0.1', bytes: 124_000_000, rows: 866_000, seconds: 5 },
    ],
  },
};

/** As the header shows it: `shop S`, `music`, `TPC-H-like 0.05`. */
export function sampleTitle(sample: { name: SampleName; size: string }): string {
  const { title, sizes } = SAMPLES[sample.name];
  return sizes.length === 1 ? title : `${title} ${sample.size}`;
}

export function sameSample(one: SampleRequest, other: SampleRequest): boolean {
  return one.name === other.name && one.size === other.size && one.seed === other.seed;
}
