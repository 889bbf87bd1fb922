/**
 * What the first screen needs to know of the samples, and no more, for it is loaded before anything shows: their titles, and the
 * shop's two queries that run there. Plain data.
 */
import type { SampleRequest } from '../../protocol.ts';
import type { ReadyQuery, SampleName } from '../catalogue.ts';

interface Title {
  title: string;
  /** There is one size, which is not named. */
  single: boolean;
  /** Said beside the title; null for nothing. */
  caution: string | null;
}

export const SAMPLE_TITLES: Readonly<Record<SampleName, Title>> = {
  shop: { title: 'shop', single: false, caution: null },
  music: { title: 'music', single: true, caution: null },
  flights: { title: 'flights', single: true, caution: null },
  tpch: { title: 'TPC-H-like', single: false, caution: 'TPC-H-like, not dbgen' },
};

/** As the header shows it: `shop S`, `music`, `TPC-H-like 0.05`. */
export function sampleTitle(sample: { name: SampleName; size: string }): string {
  const { title, single } = SAMPLE_TITLES[sample.name];
  return single ? title : `${title} ${sample.size}`;
}

export function sameSample(one: SampleRequest, other: SampleRequest): boolean {
  return one.name === other.name && one.size === other.size && one.seed === other.seed;
}

/** Run by itself on the first screen. */
export const customerStory: ReadyQuery = {
  id: 'customer-story',
  name: 'What twenty customers did',
  sentence: 'Counts the events of twenty customers; without an index it reads all events for each of them.',
  sql: `SELECT c.id, c.name, c.city, c.joined_on,
  (SELECT count(*) FROM events e WHERE e.customer_id = c.id) AS events
FROM customers c
WHERE c.id BETWEEN 1001 AND 1020
ORDER BY c.id`,
};

export const revenueByCity: ReadyQuery = {
  id: 'revenue-by-city',
  name: 'Revenue by city',
  sentence: 'Adds up all orders that were not cancelled: a join that reads everything, and a good guest in the cache.',
  sql: `SELECT c.city, count(*) AS orders, sum(o.total_cents) / 100.0 AS revenue
FROM orders o
JOIN customers c ON c.id = o.customer_id
WHERE o.status <> 'cancelled'
GROUP BY c.city
ORDER BY revenue DESC`,
};
