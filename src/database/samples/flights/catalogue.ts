/** Queries that are ready to run on the flights. Plain data. */
import type { ReadyQuery } from '../catalogue.ts';

export const flightsQueries: readonly ReadyQuery[] = [
  {
    id: 'punctuality',
    name: 'Punctual carriers',
    sentence: 'One pass over all flights: how many were cancelled, and how many arrived within a quarter of an hour.',
    sql: `SELECT c.name AS carrier, count(*) AS flights,
  round(100.0 * sum(f.actual_arrival IS NULL) / count(*), 2) AS cancelled_percent,
  round(100.0 * sum(unixepoch(f.actual_arrival) - unixepoch(f.scheduled_arrival) <= 900) / count(f.actual_arrival), 1)
    AS on_time_percent
FROM flights f
JOIN carriers c ON c.code = f.carrier
GROUP BY c.code
ORDER BY on_time_percent DESC`,
  },
  {
    id: 'one-aircraft',
    name: 'An aircraft and its delays',
    sentence:
      'Late in, late out: lag() looks at the flight before. It searches all flights for the ones of one aircraft.',
    sql: `SELECT flight_number, origin, destination, scheduled_departure,
  (unixepoch(actual_departure) - unixepoch(scheduled_departure)) / 60 AS late_out_min,
  (unixepoch(actual_arrival) - unixepoch(scheduled_arrival)) / 60 AS late_in_min,
  lag((unixepoch(actual_arrival) - unixepoch(scheduled_arrival)) / 60) OVER (ORDER BY scheduled_departure)
    AS late_in_before_min
FROM flights
WHERE aircraft_id = 17
ORDER BY scheduled_departure
LIMIT 60`,
  },
  {
    id: 'workshop',
    name: 'Days in the workshop',
    sentence: 'Gaps: more than two days between the flights of an aircraft. Sorts all flights by aircraft and time.',
    sql: `WITH pauses AS (
  SELECT aircraft_id, scheduled_arrival AS landed,
    lead(scheduled_departure) OVER (PARTITION BY aircraft_id ORDER BY scheduled_departure) AS flew_again
  FROM flights
)
SELECT a.registration, a.model, p.landed, p.flew_again,
  round(julianday(p.flew_again) - julianday(p.landed), 1) AS days
FROM pauses p
JOIN aircraft a ON a.id = p.aircraft_id
WHERE julianday(p.flew_again) - julianday(p.landed) > 2
ORDER BY days DESC, a.registration
LIMIT 50`,
  },
  {
    id: 'storms',
    name: 'Spells of bad weather',
    sentence:
      'Islands: days in a row on which a place cancelled flights for the weather, put together by a row number.',
    sql: `WITH days AS (
  SELECT origin, date(scheduled_departure) AS day, count(*) AS cancelled
  FROM flights
  WHERE cancel_reason = 'weather'
  GROUP BY origin, day
), islands AS (
  SELECT *, julianday(day) - row_number() OVER (PARTITION BY origin ORDER BY day) AS island
  FROM days
)
SELECT p.city, min(i.day) AS first_day, count(*) AS days, sum(i.cancelled) AS cancelled
FROM islands i
JOIN airports p ON p.code = i.origin
GROUP BY i.origin, i.island
HAVING count(*) >= 2
ORDER BY cancelled DESC, p.city
LIMIT 30`,
  },
  {
    id: 'delay-percentiles',
    name: 'A heavy tail',
    sentence: 'Percentiles of delay: half leave almost on time, one in a hundred hours late. Sorts every flight.',
    sql: `WITH delays AS (
  SELECT (unixepoch(actual_departure) - unixepoch(scheduled_departure)) / 60 AS minutes
  FROM flights
  WHERE actual_departure IS NOT NULL
), ranked AS (
  SELECT minutes, ntile(100) OVER (ORDER BY minutes) AS percentile
  FROM delays
)
SELECT percentile, max(minutes) AS minutes_late_at_most
FROM ranked
WHERE percentile IN (5, 25, 50, 75, 90, 95, 99, 100)
GROUP BY percentile`,
  },
  {
    id: 'local-hours',
    name: 'When a city flies',
    sentence: 'Times are UTC: the offset of the place turns them into local hours.',
    sql: `SELECT CAST(strftime('%H', f.scheduled_departure, p.utc_offset_minutes || ' minutes') AS INTEGER) AS local_hour,
  count(*) AS departures
FROM flights f
JOIN airports p ON p.code = f.origin
WHERE p.city = :city
GROUP BY local_hour
ORDER BY local_hour`,
    parameters: { ':city': { type: 'text', text: 'London' } },
  },
  {
    id: 'busiest-ways',
    name: 'The busiest ways',
    sentence: 'There and back count as one: min() and max() of two codes name a pair whatever its direction.',
    sql: `SELECT min(origin, destination) || ' - ' || max(origin, destination) AS way, max(distance_km) AS km,
  count(*) AS flights, sum(passengers) AS passengers
FROM flights
GROUP BY way
ORDER BY flights DESC, way
LIMIT 20`,
  },
  {
    id: 'one-flight',
    name: 'One flight by key',
    sentence: 'A point read: the fastest thing that a database does.',
    sql: `SELECT *
FROM flights
WHERE id = :id`,
    parameters: { ':id': { type: 'integer', text: '4711' } },
  },
];
