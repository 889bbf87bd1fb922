/**
 * What has left, and why: a bounded memory of key hashes, so that a miss can say its reason; and of the latest, all that a person may
 * want to look at. One that was evicted and is asked for again while it would still have been right is a ghost that would have hit.
 */
import type { MissReason, QueryClass, RemovalCause } from './catalogue.ts';
import { HashIndex } from './hash-index.ts';
import type { Tables, TableVersions } from './table-versions.ts';

const REASONS = [
  'cold',
  'expired',
  'invalidated',
  'evicted',
  'removed',
  'refused',
  'volatile',
] as const satisfies readonly MissReason[];
type DepartureReason = (typeof REASONS)[number];

/** How many hashes are remembered; the oldest is forgotten first. */
const MEMORY = 16_384;
/** Of how many of the latest everything is. A divisor of `MEMORY`. */
export const DEPARTURES_KEPT = 256;
/** Of a text; what is kept to be looked at must not hold megabytes. */
const TEXT_LENGTH_MAX = 1000;

/** An entry that left. The objects are used again and again: read them, do not keep them. */
export interface Departure {
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
  /** Place in the memory; -1 when nothing is told here. */
  place: number;
}

export class Departed {
  readonly #index = new HashIndex();
  readonly #hashes = new Uint32Array(MEMORY);
  readonly #reasons = new Uint8Array(MEMORY);
  readonly #latest: Departure[] = [];
  #noted = 0;

  /** The key is not here any more, or was not taken in. */
  note(keyHash: number, reason: DepartureReason): void {
    const place = this.#noted++ % MEMORY;
    if (this.#noted > MEMORY && this.#index.get(this.#hashes[place]) === place) this.#index.delete(this.#hashes[place]);
    this.#hashes[place] = keyHash;
    this.#reasons[place] = REASONS.indexOf(reason);
    this.#index.set(keyHash, place);
    const forgotten = this.#latest[place % DEPARTURES_KEPT] as Departure | undefined;
    if (forgotten !== undefined) forgotten.place = -1;
  }

  /** The same for an entry that left; fill in what is returned, all but its last three fields. */
  noteEntry(keyHash: number, reason: DepartureReason): Departure {
    this.note(keyHash, reason);
    const place = (this.#noted - 1) % MEMORY;
    const departure = (this.#latest[place % DEPARTURES_KEPT] ??= nobody());
    departure.keyHash = keyHash;
    departure.place = place;
    departure.askedAgain = departure.wouldHaveHit = 0;
    return departure;
  }

  /** The last reason known; `cold` when there is none. */
  reasonOf(keyHash: number): DepartureReason {
    const place = this.#index.get(keyHash);
    return place < 0 ? 'cold' : REASONS[this.#reasons[place]];
  }

  /** The same for a look-up that found nothing, which is counted. */
  missed(keyHash: number, nowMs: number, versions: Pick<TableVersions, 'isCurrentSince'>): DepartureReason {
    const place = this.#index.get(keyHash);
    if (place < 0) return 'cold';
    const departure = this.#latest[place % DEPARTURES_KEPT] as Departure | undefined;
    if (departure?.place === place) {
      departure.askedAgain++;
      const { cause, tables, logNumber, untilMs } = departure;
      if (cause === 'size' && nowMs < untilMs && versions.isCurrentSince(tables, logNumber)) departure.wouldHaveHit++;
    }
    return REASONS[this.#reasons[place]];
  }

  /** The newest first. */
  latest(): Departure[] {
    const age = ({ place }: Departure): number => (this.#noted - 1 - place + MEMORY) % MEMORY;
    return this.#latest.filter(({ place }) => place >= 0).sort((a, b) => age(a) - age(b));
  }

  clear(): void {
    for (let place = 0; place < Math.min(this.#noted, MEMORY); place++) this.#index.delete(this.#hashes[place]);
    this.#latest.length = 0;
    this.#noted = 0;
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
    place: -1,
  };
}
