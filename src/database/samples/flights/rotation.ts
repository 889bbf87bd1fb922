/**
 * How aircraft spend their days: out from the hub and back, not at night, never two flights at once. What is late makes the next
 * flight of the same aircraft late; storms delay and cancel everything at an airport for a day; now and then an aircraft is in the
 * workshop for some days, which leaves a gap.
 */
import { exponential } from '../../../core/distributions.ts';
import { pow } from '../../../core/math.ts';
import type { Random } from '../../../core/ports.ts';
import { WeightedSampler } from '../weighted.ts';
import { distancesKm } from './distance.ts';
import { CARRIERS, MODELS, PLACES, type Carrier, type Model, type Place } from './places.ts';

export const DAY_MIN = 1440;
/** Local minutes of the day between which flights are scheduled to leave. */
const MORNING = 6 * 60;
const EVENING = 22 * 60 + 30;
const WORKSHOP_EVERY_LEGS = 220;

export interface Aircraft {
  id: number;
  carrier: Carrier;
  model: Model;
}

/** Minutes count from the start of the first day, UTC. */
export interface Leg {
  aircraft: Aircraft;
  flightNumber: string;
  origin: Place;
  destination: Place;
  distanceKm: number;
  scheduledDeparture: number;
  scheduledArrival: number;
  /** Null where it was cancelled. */
  actualDeparture: number | null;
  actualArrival: number | null;
  cancelReason: 'weather' | 'technical' | 'crew' | null;
  passengers: number | null;
}

/** By day and place: 0 fair, 1 bad, 2 a storm. Bad days come in spells. */
export function drawWeather(days: number, random: Random): Uint8Array[] {
  return PLACES.map(() => {
    const weather = new Uint8Array(days);
    for (let day = 0; day < days; day++) {
      const before = day > 0 ? weather[day - 1] : 0;
      const point = random.below(1000);
      weather[day] = before === 0 ? (point < 4 ? 2 : point < 30 ? 1 : 0) : point < 60 ? 2 : point < 400 ? 1 : 0;
    }
    return weather;
  });
}

export class Rotation {
  readonly #aircraft: Aircraft;
  readonly #random: Random;
  readonly #weather: Uint8Array[];
  readonly #hub: number;
  readonly #reachable: number[];
  readonly #draw: WeightedSampler;
  /** Where it is going to, when away from its hub by plan; else null. */
  #away: number | null = null;
  /** The flight there was cancelled, so the one back is too. */
  #strandedAtHub = false;
  /** By plan, and as it came. */
  #freeByPlan: number;
  #free: number;
  #legs = 0;

  constructor(aircraft: Aircraft, weather: Uint8Array[], random: Random) {
    this.#aircraft = aircraft;
    this.#weather = weather;
    this.#random = random;
    const { carrier, model } = aircraft;
    this.#hub = PLACES.findIndex(({ code }) => code === carrier.hub);
    const near = distancesKm[this.#hub];
    this.#reachable = PLACES.map((_, index) => index).filter(
      (index) => index !== this.#hub && near[index] >= model.leastKm && near[index] <= model.mostKm,
    );
    this.#draw = new WeightedSampler(this.#reachable.map((index) => PLACES[index].weight));
    this.#freeByPlan = this.#free = random.below(300);
  }

  /** Its next flight, when it is to leave before `until`; null when it is not. */
  next(until: number): Leg | null {
    const origin = this.#away ?? this.#hub;
    const departure = this.#daytime(origin, this.#freeByPlan);
    if (departure >= until) {
      this.#freeByPlan = departure;
      return null;
    }
    const destination = this.#away === null ? this.#reachable[this.#draw.draw(this.#random)] : this.#hub;
    const leg = this.#fly(origin, destination, departure);
    this.#away = this.#away === null ? destination : null;
    const { turnaroundMin } = this.#aircraft.model;
    this.#freeByPlan = leg.scheduledArrival + turnaroundMin + 10 + 5 * this.#random.below(7);
    if (this.#away === null && ++this.#legs % WORKSHOP_EVERY_LEGS === this.#aircraft.id % WORKSHOP_EVERY_LEGS)
      this.#freeByPlan += (2 + this.#random.below(5)) * DAY_MIN;
    return leg;
  }

  /** The first time from `minute` on at which flights leave here, on a multiple of five minutes. */
  #daytime(place: number, minute: number): number {
    const offset = PLACES[place].utcOffsetMin;
    const rounded = Math.ceil(minute / 5) * 5;
    const local = (rounded + offset + DAY_MIN) % DAY_MIN;
    if (local >= MORNING && local <= EVENING) return rounded;
    const wait = local < MORNING ? MORNING - local : MORNING + DAY_MIN - local;
    return rounded + wait + 5 * (this.#aircraft.id % 17);
  }

  #fly(origin: number, destination: number, scheduledDeparture: number): Leg {
    const random = this.#random;
    const { carrier, model } = this.#aircraft;
    const distanceKm = distancesKm[origin][destination];
    const block = Math.ceil(((distanceKm / model.speedKmh) * 60 + 32) / 5) * 5;
    const flight: Leg = {
      aircraft: this.#aircraft,
      flightNumber: this.#numberOf(origin, destination, scheduledDeparture),
      origin: PLACES[origin],
      destination: PLACES[destination],
      distanceKm,
      scheduledDeparture,
      scheduledArrival: scheduledDeparture + block,
      actualDeparture: null,
      actualArrival: null,
      cancelReason: null,
      passengers: null,
    };
    const outbound = origin === this.#hub;
    const storms = Math.max(
      this.#weatherAt(origin, scheduledDeparture),
      this.#weatherAt(destination, scheduledDeparture),
    );
    const departure =
      Math.max(
        scheduledDeparture + Math.round(groundDelay(random) * (storms > 0 ? 1 : carrier.tardiness)),
        this.#free + model.turnaroundMin - 10,
      ) + Math.round(storms * 25 * exponential(random) * (storms > 1 ? 1.6 : 1));
    flight.cancelReason = this.#cancels(outbound, storms, departure - scheduledDeparture);
    this.#strandedAtHub = outbound && flight.cancelReason !== null;
    if (flight.cancelReason !== null) {
      this.#free = Math.max(this.#free, scheduledDeparture);
      return flight;
    }
    const enRoute =
      block * (0.9 + 0.06 * (random.next() + random.next())) + this.#weatherAt(destination, departure) * 6;
    flight.actualDeparture = departure;
    flight.actualArrival = departure + Math.round(enRoute);
    flight.passengers = Math.floor(model.seats * (1 - 0.5 * random.next() * random.next()));
    this.#free = flight.actualArrival;
    return flight;
  }

  #cancels(outbound: boolean, storms: number, delay: number): Leg['cancelReason'] {
    const random = this.#random;
    if (!outbound && this.#strandedAtHub) return 'technical';
    // From far away everybody wants to come home: only what cannot fly at all is cancelled there.
    const perMille = outbound ? [4, 40, 330][storms] + (delay > 240 ? 600 : 0) : 0;
    if (random.below(1000) >= perMille) return null;
    if (storms > 0) return 'weather';
    return random.below(3) === 0 ? 'crew' : 'technical';
  }

  #weatherAt(place: number, minute: number): number {
    const days = this.#weather[place];
    return days[Math.min(days.length - 1, Math.floor(minute / DAY_MIN))];
  }

  /** The same for the same way at about the same time of day. */
  #numberOf(origin: number, destination: number, departure: number): string {
    const outbound = origin === this.#hub;
    const slot = Math.floor(((departure + PLACES[origin].utcOffsetMin + DAY_MIN) % DAY_MIN) / 240);
    const way = 2 * (outbound ? destination : origin) + (outbound ? 0 : 1);
    return `${this.#aircraft.carrier.code}${1000 + slot * 200 + way}`;
  }
}

/** Minutes: most leave on time or a little early, some late, a few very late (a Pareto tail, cut at 20 hours). */
function groundDelay(random: Random): number {
  const kind = random.below(1000);
  if (kind < 560) return random.below(10) - 6;
  if (kind < 985) return 14 * exponential(random);
  return Math.min(1200, 45 * pow(1 - random.next(), -0.7));
}

/** Every aircraft of every carrier. */
export function allAircraft(): Aircraft[] {
  const fleet = CARRIERS.flatMap((carrier) =>
    carrier.fleet.flatMap((count, model) => Array.from({ length: count }, () => ({ carrier, model: MODELS[model] }))),
  );
  return fleet.map((one, index) => ({ id: index + 1, ...one }));
}
