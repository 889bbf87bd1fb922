/**
 * Evicts, of a few residents drawn at random, the one that promises the least time saved per byte and request, by its key's history.
 * Runners-up stand again at the next eviction, as in the pool of Redis, so that half the draws do as well.
 * As a strategy it goes by record numbers instead of slots; several may share one history, which somebody else keeps.
 */
import type { Strategy } from '../strategies/strategy.ts';
import { grown } from '../structures/slot-lists.ts';
import type { KeyHistory } from './key-history.ts';

const DRAWS = 16;
const STANDING = 4;
/** Where entries differ in size or cost, each draw is the worst of so many. */
const HEAT = 8;
/** Below what a clock resolves, a cost says nothing: every miss costs at least this. */
const COST_MIN_MS = 0.01;

export class HitDensity implements Strategy {
  readonly #history: KeyHistory;
  #chance = 0x2545f491;
  /** Whether entries have differed in what a byte of them saves. */
  #mixed = false;
  /** The next victim, once it has been asked for; -1 before. */
  #chosen = -1;
  /** The lowest of the last draws, the very lowest first, that one being the victim; some may have left since. */
  readonly #standing = new Int32Array(STANDING + 1);
  readonly #values = new Float64Array(STANDING + 1);
  #standingCount = 0;
  #residents = new Int32Array(64);
  #size = 0;
  #places = new Int32Array(64);
  /** Time saved by one hit, per unit of weight. */
  #worth = new Float64Array(64);
  #costsMs = new Float64Array(64);

  constructor(history: KeyHistory) {
    this.#history = history;
  }

  admit(): boolean {
    return true;
  }

  onInsert(record: number, _keyHash: number, weight: number, costMs: number): void {
    if (record >= this.#places.length) {
      this.#places = grown(this.#places, record * 2);
      this.#worth = grown(this.#worth, record * 2);
      this.#costsMs = grown(this.#costsMs, record * 2);
    }
    if (this.#size === this.#residents.length) this.#residents = grown(this.#residents, this.#size * 2);
    this.#places[record] = this.#size;
    this.#residents[this.#size++] = record;
    this.#costsMs[record] = Math.max(costMs, COST_MIN_MS);
    this.#weigh(record, weight);
  }

  onHit(record: number): void {
    if (record === this.#chosen) this.#chosen = -1;
  }
  onMiss(): void {}

  onRemove(record: number): void {
    if (record === this.#chosen) this.#chosen = -1;
    const last = this.#residents[--this.#size];
    const place = this.#places[record];
    this.#residents[place] = last;
    this.#places[last] = place;
    this.#places[record] = -1;
  }

  /** The one chosen before, if it is still there: asking twice must not change the answer. */
  victim(): number {
    if (this.#chosen >= 0 || this.#size === 0) return this.#chosen;
    const before = this.#standingCount;
    this.#standingCount = 0;
    // Whoever stood before is ranked by what it promises now. Reading at `nth` is ahead of writing, which orders at most `nth` of them.
    for (let nth = 1; nth < before; nth++) {
      const record = this.#standing[nth];
      if (this.#places[record] >= 0) this.#stand(record);
    }
    for (let draw = 0; draw < DRAWS; draw++) this.#stand(this.#mixed ? this.#drawLight() : this.#draw());
    return (this.#chosen = this.#standing[0]);
  }

  /** Of equals the youngest goes: the least is known of it. Whoever stands already does not stand twice. */
  #stand(record: number): void {
    const value = this.#valueOf(record);
    let at = this.#standingCount;
    if (at > STANDING) {
      if (value > this.#values[STANDING]) return;
      at = STANDING;
    }
    for (let nth = 0; nth < this.#standingCount; nth++) if (this.#standing[nth] === record) return;
    const age = this.#history.ageOf(record);
    for (; at > 0; at--) {
      const above = this.#values[at - 1];
      if (value > above || (value === above && age >= this.#history.ageOf(this.#standing[at - 1]))) break;
      this.#standing[at] = this.#standing[at - 1];
      this.#values[at] = above;
    }
    this.#standing[at] = record;
    this.#values[at] = value;
    if (this.#standingCount <= STANDING) this.#standingCount++;
  }

  #valueOf(record: number): number {
    const density = this.#history.densityOf(record);
    return this.#mixed ? density * this.#worth[record] : density;
  }

  #draw(): number {
    this.#chance = (Math.imul(this.#chance, 1664525) + 1013904223) | 0;
    return this.#residents[Math.floor(((this.#chance >>> 0) / 4294967296) * this.#size)];
  }

  /** Of some more, the one whose byte saves the least: where that differs by orders of magnitude, few draws would miss the worst. */
  #drawLight(): number {
    let lightest = this.#draw();
    for (let more = 1; more < HEAT; more++) {
      const other = this.#draw();
      if (this.#worth[other] < this.#worth[lightest]) lightest = other;
    }
    return lightest;
  }

  onReweigh(record: number, weight: number): void {
    this.#weigh(record, weight);
  }

  #weigh(record: number, weight: number): void {
    this.#worth[record] = this.#costsMs[record] / Math.max(weight, 1);
    if (this.#worth[record] !== this.#worth[this.#residents[0]]) this.#mixed = true;
  }

  setCapacity(): void {}

  /** By what each promises; whom chance has chosen is the last, though another may promise less. */
  order(): number[] {
    const records = [...this.#residents.subarray(0, this.#size)];
    const values = new Map(
      records.map((record) => [record, record === this.#chosen ? -1 : this.#valueOf(record)] as const),
    );
    return records.sort((a, b) => values.get(b)! - values.get(a)!);
  }
  ghosts(): number[] {
    return [];
  }
  report(): null {
    return null;
  }
}
