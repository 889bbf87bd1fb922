/** The built-in samples: names, titles and sizes for menus. Plain data; each sample's ready queries lie in its own catalogue. */

export type SampleName = 'shop' | 'music' | 'flights' | 'tpch';

export interface SampleSize {
  id: string;
  /** Bytes of the file and rows of all tables, about. */
  bytes: number;
  rows: number;
  /** What to know before choosing it, where there is something. */
  hint?: string;
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
      { id: 'S', bytes: 2_600_000, rows: 73_000 },
      { id: 'M', bytes: 61_000_000, rows: 1_650_000 },
      { id: 'L', bytes: 225_000_000, rows: 6_000_000 },
    ],
  },
  music: {
    title: 'music',
    sentence: 'A record store: artists, albums, tracks, playlists, staff with managers, invoices.',
    caution: null,
    sizes: [{ id: 'S', bytes: 1_000_000, rows: 16_000 }],
  },
  flights: {
    title: 'flights',
    sentence: 'Some months of flights with delays, hubs and time zones: for aggregates, windows and gaps.',
    caution: null,
    sizes: [{ id: 'S', bytes: 15_000_000, rows: 150_000 }],
  },
  tpch: {
    title: 'TPC-H-like',
    sentence: 'Parts, suppliers and orders in the eight tables of the benchmark, at a scale of your choice.',
    caution: 'TPC-H-like, not dbgen',
    sizes: [
      { id: '0.01', bytes: 12_000_000, rows: 87_000 },
      { id: '0.02', bytes: 24_000_000, rows: 173_000 },
      { id: '0.05', bytes: 60_000_000, rows: 433_000 },
      { id: '0.1', bytes: 120_000_000, rows: 866_000 },
    ],
  },
};

/** As the header shows it: `shop S`, `music`, `TPC-H-like 0.05`. */
export function sampleTitle(sample: { name: SampleName; size: string }): string {
  const { title, sizes } = SAMPLES[sample.name];
  return sizes.length === 1 ? title : `${title} ${sample.size}`;
}
