import { beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../../src/database/connection.ts';
import { flightsQueries } from '../../../../src/database/samples/flights/catalogue.ts';
import { distancesKm } from '../../../../src/database/samples/flights/distance.ts';
import { PLACES } from '../../../../src/database/samples/flights/places.ts';
import { expectAnswers, expectSound, hashOf, made, opened } from './support.ts';

let bytes: Uint8Array;
let flights: Connection;

beforeAll(async () => {
  bytes = await made('flights', 'S', 1);
  flights = await opened(bytes);
});

describe('the flights', () => {
  it('are the same to the byte from the same seed', async () => {
    expect(hashOf(await made('flights', 'S', 1))).toBe(hashOf(bytes));
  });

  it('hold together: keys are true, and a cancelled flight has no times', () => {
    expectSound(flights);
    const odd = `SELECT count(*) FROM flights WHERE (cancel_reason IS NULL) <> (actual_departure IS NOT NULL)
      OR (actual_departure IS NULL) <> (actual_arrival IS NULL) OR (passengers IS NULL) <> (actual_departure IS NULL)
      OR actual_arrival <= actual_departure OR datetime(scheduled_departure) IS NOT scheduled_departure`;
    expect(flights.number(odd)).toBe(0);
    const full =
      'SELECT count(*) FROM flights f JOIN aircraft a ON a.id = f.aircraft_id WHERE f.passengers > a.seats OR a.carrier <> f.carrier';
    expect(flights.number(full)).toBe(0);
  });

  it('are flown by aircraft that are in one place at a time', () => {
    const before = (what: string): string =>
      `lag(${what}) OVER (PARTITION BY aircraft_id ORDER BY scheduled_departure) AS before`;
    const flown = 'FROM flights WHERE actual_departure IS NOT NULL';
    expect(
      flights.number(`SELECT count(*) FROM (SELECT origin, ${before('destination')} ${flown}) WHERE before <> origin`),
    ).toBe(0);
    expect(
      flights.number(
        `SELECT count(*) FROM (SELECT actual_departure, ${before('actual_arrival')} ${flown}) WHERE before > actual_departure`,
      ),
    ).toBe(0);
    expect(
      flights.number(
        'SELECT count(*) FROM (SELECT scheduled_departure AS s, lag(scheduled_departure) OVER (ORDER BY id) AS p FROM flights) WHERE p > s',
      ),
    ).toBe(0);
  });

  it('leave by day, where they leave', () => {
    const night = `SELECT count(*) FROM flights f JOIN airports a ON a.code = f.origin
      WHERE time(scheduled_departure, utc_offset_minutes || ' minutes') NOT BETWEEN '06:00:00' AND '23:59:59'`;
    expect(flights.number(night)).toBe(0);
  });

  it('are late with a heavy tail, and some are cancelled', () => {
    const delays = `WITH d AS (SELECT (unixepoch(actual_departure) - unixepoch(scheduled_departure)) / 60 AS m FROM flights
      WHERE actual_departure IS NOT NULL), r AS (SELECT m, percent_rank() OVER (ORDER BY m) AS p FROM d)`;
    const at = (share: number): number => flights.number(`${delays} SELECT min(m) FROM r WHERE p >= ${share}`);
    expect(at(0.5)).toBeLessThan(8);
    expect(at(0.9)).toBeGreaterThan(20);
    expect(at(0.99)).toBeGreaterThan(3 * at(0.9));
    const cancelled = flights.number('SELECT 100.0 * sum(cancel_reason IS NOT NULL) / count(*) FROM flights');
    expect(cancelled).toBeGreaterThan(0.8);
    expect(cancelled).toBeLessThan(4);
  });

  it('gather at hubs, and reach every place', () => {
    const share = `SELECT 100.0 * sum(n) / (SELECT count(*) FROM flights) FROM
      (SELECT count(*) AS n FROM flights GROUP BY origin ORDER BY n DESC LIMIT 12)`;
    expect(flights.number(share)).toBeGreaterThan(50);
    expect(flights.number('SELECT count(DISTINCT origin) FROM flights')).toBe(PLACES.length);
  });

  it('measure distances on the globe', () => {
    const place = (code: string): number => PLACES.findIndex((one) => one.code === code);
    // By the haversine formula with the library's functions, for two pairs, one across the date line.
    const reckoned = (one: string, other: string): number => {
      const [a, b] = [PLACES[place(one)], PLACES[place(other)]];
      const turn = Math.PI / 180;
      const half = Math.sin(((b.latitude - a.latitude) * turn) / 2) ** 2;
      const wide = Math.sin(((b.longitude - a.longitude) * turn) / 2) ** 2;
      return 2 * 6371 * Math.asin(Math.sqrt(half + Math.cos(a.latitude * turn) * Math.cos(b.latitude * turn) * wide));
    };
    for (const [one, other] of [
      ['LON', 'NYC'],
      ['AKL', 'HNL'],
    ] as const) {
      expect(Math.abs(distancesKm[place(one)][place(other)] - reckoned(one, other))).toBeLessThan(1);
    }
  });

  it('answer their ready queries', () => {
    expectAnswers(flights, flightsQueries);
  });
});
