/**
 * The latest that have left, with all that a person may want to know of them. One that was evicted and is asked for again while it would
 * still have been right is a ghost that would have hit.
 */
import type { QueryClass, RemovalCause } from '../catalogue.ts';
import * as fields from '../store/entry-rows.ts';
import type { EntryRows } from '../store/entry-rows.ts';
import { grown } from '../structures/slot-lists.ts';
import type { Tables, TableVersions } from '../freshness/table-versions.ts';

/** So many, the oldest give way. */
export const DEPARTURES_KEPT = 256;
/** Of a text; what is kept to be looked at must not hold megabytes. */
const TEXT_LENGTH_MAX = 1000;

/** A row: some fields of the entry's own, and what is known of its leaving. */
const HASH = 0;
const KEY_ID = 1;
const BYTES = 2;
const COST_MS = 3;
const HITS = 4;
const WRITTEN_MS = 5;
const LEFT_MS = 6;
const UNTIL_MS = 7;
const LOG_NUMBER = 8;
const ASKED_AGAIN = 9;
const WOULD_HAVE_HIT = 10;
const WIDTH = 11;

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
  /** A ring: numbers in rows, the rest beside them. */
  readonly #numbers = new Float64Array(DEPARTURES_KEPT * WIDTH);
  readonly #texts: string[] = [];
  readonly #parameters: string[] = [];
  readonly #tables: Tables[] = [];
  readonly #queryClasses: QueryClass[] = [];
  readonly #causes: RemovalCause[] = [];
  readonly #becauses: string[] = [];
  #noted = 0;
  /** By key's number: the place of its latest departure in the ring, + 1; 0 for none. */
  #places = new Uint16Array(64);

  /** The entry in this slot leaves. Until `untilMs` it would have been served, and `logNumber` was the last write before. */
  note(
    rows: EntryRows<unknown>,
    slot: number,
    cause: RemovalCause,
    because: string,
    untilMs: number,
    logNumber: number,
    nowMs: number,
  ): void {
    const numbers = this.#numbers;
    const place = this.#noted++ % DEPARTURES_KEPT;
    const at = place * WIDTH;
    if (this.#noted > DEPARTURES_KEPT && this.#places[numbers[at + KEY_ID]] === place + 1)
      this.#places[numbers[at + KEY_ID]] = 0;
    numbers[at + HASH] = rows.get(slot, fields.HASH);
    numbers[at + KEY_ID] = rows.get(slot, fields.KEY_ID);
    numbers[at + BYTES] = rows.get(slot, fields.BYTES);
    numbers[at + COST_MS] = rows.get(slot, fields.COST_MS);
    numbers[at + HITS] = rows.get(slot, fields.HITS);
    numbers[at + WRITTEN_MS] = rows.get(slot, fields.WRITTEN_MS);
    numbers[at + LEFT_MS] = nowMs;
    numbers[at + UNTIL_MS] = untilMs;
    numbers[at + LOG_NUMBER] = logNumber;
    numbers[at + ASKED_AGAIN] = numbers[at + WOULD_HAVE_HIT] = 0;
    this.#texts[place] = rows.texts[slot];
    this.#parameters[place] = rows.parameters[slot];
    // Texts are charged with their entry, so that only of a large one they need to be looked at.
    if (numbers[at + BYTES] > TEXT_LENGTH_MAX) this.#shorten(place);
    this.#tables[place] = rows.tables[slot];
    this.#queryClasses[place] = rows.queryClasses[slot];
    this.#causes[place] = cause;
    this.#becauses[place] = because;
    const keyId = numbers[at + KEY_ID];
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
    if (versions.isCurrentSince(this.#tables[place], numbers[at + LOG_NUMBER])) numbers[at + WOULD_HAVE_HIT]++;
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
    for (const texts of [this.#texts, this.#parameters, this.#tables]) texts.length = 0;
    this.#noted = 0;
    this.#places.fill(0);
  }

  #shorten(place: number): void {
    this.#texts[place] = shortened(this.#texts[place]);
    this.#parameters[place] = shortened(this.#parameters[place]);
  }

  #departure(place: number): Departure {
    const at = place * WIDTH;
    const numbers = this.#numbers;
    const leftMs = numbers[at + LEFT_MS];
    return {
      keyHash: numbers[at + HASH],
      text: this.#texts[place],
      parameters: this.#parameters[place],
      tables: this.#tables[place],
      queryClass: this.#queryClasses[place],
      bytes: numbers[at + BYTES],
      costMs: numbers[at + COST_MS],
      hits: numbers[at + HITS],
      ageMs: Math.max(0, leftMs - numbers[at + WRITTEN_MS]),
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
