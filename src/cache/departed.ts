/**
 * The latest that have left, with all that a person may want to know of them. One that was evicted and is asked for again while it would
 * still have been right is a ghost that would have hit.
 */
import type { QueryClass, RemovalCause } from './catalogue.ts';
import { grown } from './slot-lists.ts';
import type { Tables, TableVersions } from './table-versions.ts';

/** So many, the oldest give way. */
export const DEPARTURES_KEPT = 256;
/** Of a text; what is kept to be looked at must not hold megabytes. */
const TEXT_LENGTH_MAX = 1000;

/** An entry that left. The objects are used again and again: read them, do not keep them. */
export interface Departure {
  /** The key's number, while it is remembered; and its hash, which stays. */
  keyId: number;
  keyHash: number;
  text: string;
  parameters: string;
  tables: Tables;
  queryClass: QueryClass;
  bytes: number;
  costMs: number;
  hits: number;
  ageMs: number;
  cause: RemovalCause;
  /** What brought it about: the table written, the strategy that gave it up; empty where the cause says all. */
  because: string;
  leftMs: number;
  /** Until when it would have been served. */
  untilMs: number;
  /** Of the last write before it left. */
  logNumber: number;
  /** Look-ups of it since, and those of them that would have been right to answer with it. */
  askedAgain: number;
  wouldHaveHit: number;
}

export class Departed {
  /** A ring. */
  readonly #latest: Departure[] = [];
  #noted = 0;
  /** By key's number: the place of its latest departure in the ring, + 1; 0 for none. */
  #places = new Uint16Array(64);

  /** An entry leaves: fill in what is returned, all but `keyId` and the last two fields. */
  note(id: number): Departure {
    const place = this.#noted++ % DEPARTURES_KEPT;
    const departure = (this.#latest[place] ??= nobody());
    this.#unlink(departure.keyId, place);
    if (id >= this.#places.length) this.#places = grown(this.#places, id * 2);
    this.#places[id] = place + 1;
    departure.keyId = id;
    departure.askedAgain = departure.wouldHaveHit = 0;
    return departure;
  }

  /** A look-up found nothing. */
  missed(id: number, nowMs: number, versions: Pick<TableVersions, 'isCurrentSince'>): void {
    const place = id < this.#places.length ? this.#places[id] - 1 : -1;
    if (place < 0) return;
    const departure = this.#latest[place];
    departure.askedAgain++;
    const { cause, tables, logNumber, untilMs } = departure;
    if (cause === 'size' && nowMs < untilMs && versions.isCurrentSince(tables, logNumber)) departure.wouldHaveHit++;
  }

  /** What is missed under this number from now on is not missed because of that departure. */
  unlink(id: number): void {
    if (id < this.#places.length) this.#places[id] = 0;
  }

  /** The newest first. */
  latest(): Departure[] {
    const newest = this.#noted % DEPARTURES_KEPT;
    return [...this.#latest.slice(newest), ...this.#latest.slice(0, newest)].reverse();
  }

  clear(): void {
    this.#latest.length = 0;
    this.#noted = 0;
    this.#places.fill(0);
  }

  #unlink(id: number, place: number): void {
    if (id >= 0 && this.#places[id] === place + 1) this.#places[id] = 0;
  }
}

/** The beginning of a long text, made anew: a slice would keep the whole alive. */
export function shortened(text: string): string {
  if (text.length <= TEXT_LENGTH_MAX) return text;
  const codes = Array.from({ length: TEXT_LENGTH_MAX }, (_, at) => text.charCodeAt(at));
  return `${String.fromCharCode(...codes)}…`;
}

function nobody(): Departure {
  return {
    keyId: -1,
    keyHash: 0,
    text: '',
    parameters: '',
    tables: [],
    queryClass: 'point',
    bytes: 0,
    costMs: 0,
    hits: 0,
    ageMs: 0,
    cause: 'explicit',
    because: '',
    leftMs: 0,
    untilMs: 0,
    logNumber: 0,
    askedAgain: 0,
    wouldHaveHit: 0,
  };
}
