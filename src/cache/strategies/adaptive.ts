/**
 * Adaptive: follow the leader. A panel of shadows tells which strategy would have done best on the stream lately, and that one runs the
 * content. A change of leader moves no data: the new one takes the residents over in the order of their last use, with what is known of
 * each key. The choice is "follow the leader" among experts (Littlestone and Warmuth, 1994), with a bar against chance and a time to stay.
 */
import { KeyHistory } from '../adaptive/key-history.ts';
import { KeyRecords } from '../adaptive/key-records.ts';
import { EXPERTS, Panel } from '../adaptive/panel.ts';
import type { RemovalCause } from '../catalogue.ts';
import { grown } from '../structures/slot-lists.ts';
import type { Strategy, StrategyReport } from './strategy.ts';

/** So many keys that nobody holds are remembered, per resident entry. */
const IDLE_PER_ENTRY = 8;
const IDLE_MIN = 1024;
const IDLE_MAX = 1 << 17;
/** The content's bit among those of a record's holders, beside the panel's. */
const RESIDENT = 0x80;
/** Hits that a new leader hears of again, per entry. */
const REPLAYED_HITS_MAX = 15;

export class Adaptive implements Strategy {
  readonly #records = new KeyRecords();
  readonly #history = new KeyHistory();
  readonly #panel = new Panel(this.#records, this.#history);
  /** Runs the content, by record numbers. */
  #leader: Strategy = EXPERTS[this.#panel.leader](this.#history);
  #capacity = 0;
  #resident = 0;
  /** What a byte of every entry saves; null once two have differed. */
  #commonWorth: number | null = 0;
  /** The record of the key that was admitted last. */
  #coming = 0;
  #recordOf = new Int32Array(64);
  #slotOf = new Int32Array(64);

  /** Keys that it has had at most at the same time, held or remembered: what its arrays take. */
  get records(): number {
    return this.#records.issued;
  }

  admit(keyHash: number, weight: number, costMs: number, nowMs: number): boolean {
    this.#forget();
    const record = (this.#coming = this.#records.of(keyHash));
    const before = this.#records.weightOf(record);
    this.#records.weigh(record, weight, costMs);
    if (before !== weight) this.#panel.reweigh(record, before, nowMs);
    this.#observe(record, nowMs);
    return this.#leader.admit(keyHash, weight, costMs, nowMs);
  }

  onInsert(slot: number, keyHash: number, weight: number, costMs: number, nowMs: number, expiresMs: number): void {
    const record = this.#newcomer(keyHash, weight, costMs);
    if (slot >= this.#recordOf.length) this.#recordOf = grown(this.#recordOf, slot * 2);
    if (record >= this.#slotOf.length) this.#slotOf = grown(this.#slotOf, record * 2);
    this.#recordOf[slot] = record;
    this.#slotOf[record] = slot;
    this.#records.hold(record, RESIDENT);
    this.#panel.fit(++this.#resident, nowMs);
    this.#leader.onInsert(record, keyHash, weight, costMs, nowMs, expiresMs);
    if (this.#commonWorth !== null) this.#compareWorth(costMs / weight, nowMs);
  }

  onHit(slot: number, nowMs: number): void {
    const record = this.#recordOf[slot];
    this.#leader.onHit(record, nowMs);
    this.#observe(record, nowMs);
  }

  onMiss(keyHash: number): void {
    this.#leader.onMiss(keyHash);
  }

  onRemove(slot: number, cause: RemovalCause): void {
    const record = this.#recordOf[slot];
    this.#leader.onRemove(record, cause);
    this.#resident--;
    // Data that is gone is gone for every strategy; an eviction is the leader's own affair, a replacement leaves the key in place.
    if (cause !== 'size' && cause !== 'replaced') this.#panel.remove(record);
    this.#records.drop(record, RESIDENT);
  }

  victim(nowMs: number): number {
    const record = this.#leader.victim(nowMs);
    return record < 0 ? -1 : this.#slotOf[record];
  }

  onReweigh(slot: number, weight: number, nowMs: number): void {
    const record = this.#recordOf[slot];
    const before = this.#records.weightOf(record);
    this.#records.weigh(record, weight, this.#records.costMsOf(record));
    this.#panel.reweigh(record, before, nowMs);
    this.#leader.onReweigh(record, weight, nowMs);
  }

  setCapacity(capacity: number, nowMs: number): void {
    this.#capacity = capacity;
    this.#panel.setCapacity(capacity, nowMs);
    this.#leader.setCapacity(capacity, nowMs);
  }

  order(): number[] {
    return this.#leader.order().map((record) => this.#slotOf[record]);
  }

  ghosts(limit: number): number[] {
    return this.#records.idle(limit);
  }

  report(): StrategyReport {
    return {
      leader: this.#panel.leader,
      switches: this.#panel.switches,
      recentHitRatio: this.#panel.recentHitRatio(),
    };
  }

  #observe(record: number, nowMs: number): void {
    this.#history.use(record, this.#resident, this.#panel.teaches(record));
    if (this.#panel.samples(record) && this.#panel.observe(record, nowMs)) this.#follow(nowMs);
  }

  /** The record that was admitted just now; or another one, for a key whose hash is that of a resident. */
  #newcomer(keyHash: number, weight: number, costMs: number): number {
    const known = this.#records.hashOf(this.#coming) === keyHash ? this.#coming : this.#records.of(keyHash);
    if ((this.#records.holdersOf(known) & RESIDENT) === 0) return known;
    const twin = this.#records.twin(keyHash);
    this.#records.weigh(twin, weight, costMs);
    return twin;
  }

  #forget(): void {
    const limit = Math.min(Math.max(IDLE_PER_ENTRY * this.#resident, IDLE_MIN), IDLE_MAX);
    for (let record = this.#records.forgetBeyond(limit); record >= 0; record = this.#records.forgetBeyond(limit)) {
      this.#history.forget(record);
    }
  }

  #compareWorth(worth: number, nowMs: number): void {
    if (this.#resident === 1) this.#commonWorth = worth;
    if (worth === this.#commonWorth) return;
    this.#commonWorth = null;
    if (this.#panel.startBySize()) this.#follow(nowMs);
  }

  /** The new leader hears of the residents as if each had come and been used again, the one used last the last. */
  #follow(nowMs: number): void {
    const residents = this.#leader.order().sort((a, b) => this.#history.ageOf(b) - this.#history.ageOf(a));
    const leader = (this.#leader = EXPERTS[this.#panel.leader](this.#history));
    leader.setCapacity(this.#capacity, nowMs);
    for (const record of residents) {
      const keyHash = this.#records.hashOf(record);
      const weight = this.#records.weightOf(record);
      const costMs = this.#records.costMsOf(record);
      leader.admit(keyHash, weight, costMs, nowMs);
      leader.onInsert(record, keyHash, weight, costMs, nowMs, nowMs);
      const hits = Math.min(this.#history.usesOf(record) - 1, REPLAYED_HITS_MAX);
      for (let hit = 0; hit < hits; hit++) leader.onHit(record, nowMs);
    }
  }
}
