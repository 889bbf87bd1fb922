/** The built-in samples as menus offer them: what is in each, and in which sizes. Plain data; ready queries lie in each sample's own catalogue. */

export type SampleName = 'shop' | 'music' | 'flights' | 'tpch';

export interface SampleSize {
  id: string;
  /** Bytes of the file and rows of all tables, about. */
  bytes: number;
  rows: number;
  /** About how long making it takes: processor time on a busy machine of two cores; of the largest reckoned by its rows. */
  seconds: number;
}

export interface SampleEntry {
  /** One line: what is in it, and what it is good for. */
  sentence: string;
  /** Offered in menus, smallest first. */
  sizes: readonly SampleSize[];
}

/** A value of a ready query's parameter, as a person would type it. */
export interface ParameterValue {
  type: 'integer' | 'real' | 'text';
  text: string;
}

export interface ReadyQuery {
  id: string;
  name: string;
  sql: string;
  /** A value for each named parameter of the text, so that it runs as it is. */
  parameters?: Readonly<Record<string, ParameterValue>>;
  /** One sentence: what it asks, or why it is slow. */
  sentence: string;
}

export const SAMPLES: Readonly<Record<SampleName, SampleEntry>> = {
  shop: {
    sentence: 'Customers, products, orders and events, without a single index: made to feel one missing.',
    sizes: [
      { id: 'S', bytes: 2_600_000, rows: 73_000, seconds: 0.3 },
      { id: 'M', bytes: 61_000_000, rows: 1_650_000, seconds: 5 },
      { id: 'L', bytes: 226_000_000, rows: 6_000_000, seconds: 20 },
    ],
  },
  music: {
    sentence: 'A record store: artists, albums, tracks, playlists, staff with managers, invoices.',
    sizes: [{ id: 'S', bytes: 760_000, rows: 26_000, seconds: 0.2 }],
  },
  flights: {
    sentence: 'Five months of flights with delays, hubs and time zones: for aggregates, windows and gaps.',
    sizes: [{ id: 'S', bytes: 17_000_000, rows: 147_000, seconds: 2 }],
  },
  tpch: {
    sentence: 'Parts, suppliers and orders in the eight tables of the benchmark, at a scale of your choice.',
    sizes: [
      { id: '0.01', bytes: 12_000_000, rows: 87_000, seconds: 1 },
      { id: '0.02', bytes: 24_500_000, rows: 173_000, seconds: 1.5 },
      { id: '0.05', bytes: 62_000_000, rows: 433_000, seconds: 3 },
      { id: '0.1', bytes: 124_000_000, rows: 866_000, seconds: 6 },
    ],
  },
};
