/**
 * The sample of flights: five months of a dozen invented carriers between real cities. Times are UTC; a place's offset gives its
 * local time. Delays have a heavy tail and travel with the aircraft; storms cancel. There is no secondary index.
 */
import type { Random } from '../../../core/ports.ts';
import { createRandom } from '../../../core/random.ts';
import type { SqliteModule } from '../../sqlite/sqlite-module.ts';
import { buildSample, CHUNK_ROWS, type SampleBuilder, type SampleControl } from '../build.ts';
import { isoDate, isoDateTime } from '../calendar.ts';
import { CARRIERS, PLACES } from './places.ts';
import { allAircraft, DAY_MIN, drawWeather, Rotation, type Aircraft, type Leg } from './rotation.ts';

const SCHEMA = `
CREATE TABLE airports (
  code TEXT PRIMARY KEY NOT NULL,
  city TEXT NOT NULL,
  country TEXT NOT NULL,
  latitude REAL NOT NULL,
  longitude REAL NOT NULL,
  utc_offset_minutes INTEGER NOT NULL -- standard time
);
CREATE TABLE carriers (
  code TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  hub TEXT NOT NULL REFERENCES airports (code)
);
CREATE TABLE aircraft (
  id INTEGER PRIMARY KEY,
  registration TEXT NOT NULL,
  model TEXT NOT NULL,
  seats INTEGER NOT NULL,
  carrier TEXT NOT NULL REFERENCES carriers (code),
  built_on TEXT NOT NULL
);
CREATE TABLE flights (
  id INTEGER PRIMARY KEY,
  flight_number TEXT NOT NULL,
  carrier TEXT NOT NULL REFERENCES carriers (code),
  aircraft_id INTEGER NOT NULL REFERENCES aircraft (id),
  origin TEXT NOT NULL REFERENCES airports (code),
  destination TEXT NOT NULL REFERENCES airports (code),
  scheduled_departure TEXT NOT NULL, -- UTC
  scheduled_arrival TEXT NOT NULL,
  actual_departure TEXT, -- NULL when cancelled
  actual_arrival TEXT,
  cancel_reason TEXT,
  distance_km INTEGER NOT NULL,
  passengers INTEGER
);`;

/** 2025-04-01, and how many days from it. */
const FIRST_DAY = 20_179;
const DAYS = 153;
const FLIGHTS_ABOUT = 140_000;

/** Equal seeds give equal bytes. Error `cancelled`. */
export function makeFlights(module: SqliteModule, seed: number, control: SampleControl): Promise<Uint8Array> {
  return buildSample(module, SCHEMA, FLIGHTS_ABOUT, control, (builder) => fill(builder, createRandom(seed)));
}

async function fill(builder: SampleBuilder, random: Random): Promise<void> {
  const fleet = allAircraft();
  fillPlaces(builder);
  fillFleet(builder, fleet, random.fork('fleet'));
  const weather = drawWeather(DAYS, random.fork('weather'));
  const rotations = fleet.map((aircraft) => new Rotation(aircraft, weather, random.fork(`aircraft ${aircraft.id}`)));
  const insert = builder.into('flights', 13);
  let id = 0;
  for (let day = 0; day < DAYS; day++) {
    const legs: Leg[] = [];
    for (const rotation of rotations) {
      for (let leg = rotation.next((day + 1) * DAY_MIN); leg; leg = rotation.next((day + 1) * DAY_MIN)) legs.push(leg);
    }
    // In order of departure; at the same minute in order of aircraft, for sorting is stable.
    legs.sort((one, other) => one.scheduledDeparture - other.scheduledDeparture);
    for (const leg of legs) {
      insert.row(
        ++id,
        leg.flightNumber,
        leg.aircraft.carrier.code,
        leg.aircraft.id,
        leg.origin.code,
        leg.destination.code,
        moment(leg.scheduledDeparture),
        moment(leg.scheduledArrival),
        leg.actualDeparture === null ? null : moment(leg.actualDeparture),
        leg.actualArrival === null ? null : moment(leg.actualArrival),
        leg.cancelReason,
        leg.distanceKm,
        leg.passengers,
      );
      if (id % CHUNK_ROWS === 0) await builder.made(CHUNK_ROWS, 'flights');
    }
  }
}

function fillPlaces(builder: SampleBuilder): void {
  const intoAirports = builder.into('airports', 6);
  for (const { code, city, country, latitude, longitude, utcOffsetMin } of PLACES)
    intoAirports.row(code, city, country, latitude, longitude, utcOffsetMin);
  const intoCarriers = builder.into('carriers', 3);
  for (const { code, name, hub } of CARRIERS) intoCarriers.row(code, name, hub);
}

function fillFleet(builder: SampleBuilder, fleet: readonly Aircraft[], random: Random): void {
  const insert = builder.into('aircraft', 6);
  for (const { id, carrier, model } of fleet) {
    const registration = `${carrier.code}-${String(1000 + id * 37).slice(-4)}`;
    insert.row(id, registration, model.name, model.seats, carrier.code, isoDate(12_000 + random.below(8000)));
  }
}

function moment(minute: number): string {
  return isoDateTime((FIRST_DAY * DAY_MIN + minute) * 60);
}
