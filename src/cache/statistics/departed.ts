/**
 * The latest that have left, with all that a person may want to know of them. An entry's row stays as it was, and its slot is not used
 * again, for as long as its departure is kept: nothing is copied. One that was evicted and is asked for again while it would still have
 * been right is a ghost that would have hit.
 */
import type { QueryClass, RemovalCause } from '../catalogue.ts';
import { BYTES, COST_MS, HASH, HITS, KEY_ID, ROW, WRITTEN_MS } from '../store/entry-rows.ts';
import type { Shelf } from '../store/shelf.ts';
import { grown } from '../structures/slot-lists.ts';
import type { Tables, TableVersions } from '../freshness/table-versions.ts';

/** So many, the oldest give way. */
export const DEPARTURES_KEPT = 256;
/** Of a text; what is kept to be looked at must not hold megabytes. */
const TEXT_LENGTH_MAX = 1000;

/** A departure's own row, beside the entry's. */
const LEFT_MS = 0;
const UNTIL_MS = 1;
const LOG_NUMBER = 2;
const ASKED_AGAIN = 3;
const WOULD_HAVE_HIT = 4;
const WIDTH = 5;

/** An entry that left. */
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
  /** Look-ups of it since, and those of them that would have been right to answer with it. */
  askedAgain: number;
  wouldHaveHit: number;
}

export class Departed {
  readonly #shelf: Pick<Shelf<unknown>, 'rows' | 'free' | 'untilMs'>;
  /** A ring: the entry's slot, numbers in rows, the rest beside them. */
  readonly #slots = new Int32Array(DEPARTURES_KEPT);
  readonly #numbers = new Float64Array(DEPARTURES_KEPT * WIDTH);
  readonly #causes: RemovalCause[] = [];
  readonly #becauses: string[] = [];
  #noted = 0;
  /** By key's number: the place of its latest departure in the ring, + 1; 0 for none. */
  #places = new Uint16Array(64);

  constructor(shelf: Pick<Shelf<unknown>, 'rows' | 'free' | 'untilMs'>) {
    this.#shelf = shelf;
  }

  /** The entry in this slot leaves; `logNumber` was the last write before. */
  note(slot: number, cause: RemovalCause, because: string, logNumber: number, nowMs: number): void {
    const { rows } = this.#shelf;
    const entry = slot * ROW;
    const place = this.#noted++ & (DEPARTURES_KEPT - 1);
    if (this.#noted > DEPARTURES_KEPT) this.#forget(place);
    this.#slots[place] = slot;
    this.#causes[place] = cause;
    this.#becauses[place] = because;
    const numbers = this.#numbers;
    const at = place * WIDTH;
    numbers[at + LEFT_MS] = nowMs;
    numbers[at + UNTIL_MS] = this.#shelf.untilMs(slot);
    numbers[at + LOG_NUMBER] = logNumber;
    numbers[at + ASKED_AGAIN] = 0;
    numbers[at + WOULD_HAVE_HIT] = 0;
    // Texts are charged with their entry, so that only of a large one they need to be looked at.
    if (rows.numbers[entry + BYTES] > TEXT_LENGTH_MAX) {
      rows.texts[slot] = shortened(rows.texts[slot]);
      rows.parameters[slot] = shortened(rows.parameters[slot]);
    }
    const keyId = rows.numbers[entry + KEY_ID];
    if (keyId >= this.#places.length) this.#places = grown(this.#places, keyId * 2);
    this.#places[keyId] = place + 1;
  }

  /** A look-up found nothing. */
  missed(keyId: number, nowMs: number, versions: Pick<TableVersions, 'isCurrentSince'>): void {
    const place = keyId < this.#places.length ? this.#places[keyId] - 1 : -1;
    if (place < 0) return;
    const at = place * WIDTH;
    const numbers = this.#numbers;
    numbers[at + ASKED_AGAIN]++;
    if (this.#causes[place] !== 'size' || nowMs >= numbers[at + UNTIL_MS]) return;
    const tables = this.#shelf.rows.tables[this.#slots[place]];
    if (versions.isCurrentSince(tables, numbers[at + LOG_NUMBER])) numbers[at + WOULD_HAVE_HIT]++;
  }

  /** What is missed under this number from now on is not missed because of that departure. */
  unlink(keyId: number): void {
    if (keyId < this.#places.length) this.#places[keyId] = 0;
  }

  /** The newest first. */
  latest(): Departure[] {
    const count = Math.min(this.#noted, DEPARTURES_KEPT);
    return Array.from({ length: count }, (_, ago) => this.#departure((this.#noted - 1 - ago) % DEPARTURES_KEPT));
  }

  clear(): void {
    for (let place = Math.min(this.#noted, DEPARTURES_KEPT) - 1; place >= 0; place--) this.#forget(place);
    this.#noted = 0;
  }

  #forget(place: number): void {
    const slot = this.#slots[place];
    const keyId = this.#shelf.rows.numbers[slot * ROW + KEY_ID];
    if (this.#places[keyId] === place + 1) this.#places[keyId] = 0;
    this.#shelf.free(slot);
  }

  #departure(place: number): Departure {
    const { rows } = this.#shelf;
    const slot = this.#slots[place];
    const at = place * WIDTH;
    const numbers = this.#numbers;
    const leftMs = numbers[at + LEFT_MS];
    return {
      keyHash: rows.get(slot, HASH),
      text: rows.texts[slot],
      parameters: rows.parameters[slot],
      tables: rows.tables[slot],
      queryClass: rows.queryClasses[slot],
      bytes: rows.get(slot, BYTES),
      costMs: rows.get(slot, COST_MS),
      hits: rows.get(slot, HITS),
      ageMs: Math.max(0, leftMs - rows.get(slot, WRITTEN_MS)),
      cause: this.#causes[place],
      because: this.#becauses[place],
      leftMs,
      askedAgain: numbers[at + ASKED_AGAIN],
      wouldHaveHit: numbers[at + WOULD_HAVE_HIT],
    };
  }
}

/** The beginning of a long text, made anew: a slice would keep the whole alive. */
function shortened(text: string): string {
  if (text.length <= TEXT_LENGTH_MAX) return text;
  const codes = Array.from({ length: TEXT_LENGTH_MAX }, (_, at) => text.charCodeAt(at));
  return `${String.fromCharCode(...codes)}…`;
}
