/**
 * The choice over what was built: indexes, and beside them the statistics of each table. Statistics too make some statements slower, those
 * of one table seldom being to blame for all; so each table's are chosen or left out like an index that takes no room.
 */
import type { Sandbox } from '../optimizer/sandbox.ts';
import { foldCase } from '../sql/tokens.ts';
import type { MeasuredQuery } from './baseline.ts';
import type { BuiltIndex } from './build.ts';
import { serves } from './candidates.ts';
import { estimate } from './estimate.ts';
import { choose, FLOOR_MS, harmless, pricer, SLOWER_MAX, type Problem } from './choose.ts';
import type { IndexRack } from './rack.ts';
import type { ReadQuery } from './read-workload.ts';
import type { ProvedTexts } from './rewrites.ts';
import { planKey, timeOf, Trials, type Reckon } from './trials.ts';
import type { SampleText } from './workload.ts';
import type { TableSample } from './sample.ts';

/** Writes of one row cost a multiple of what building costs a row: they come in no order. */
const WRITE_FACTOR = 3;
/** The price of an index for being one; statistics are rather there than not. */
const INDEX_PRICE = 0.002;
const STATISTICS_PRICE = -0.0005;
const SETTLED_MAX = 8;
/** Times the limit at which it was stopped, as long as a statement may take with a set. */
const PROBE = 4;
/** And as long as it may take without, beside with. */
const GAIN_SHOWN = 2;
/** What may be lost for one index less. */
const PREFIX_PRICE = 0.05;
/** What is reckoned to take so much of before may take more. */
const SUSPECT = 0.5;
/** A loss beyond this is stopped, and told as this. */
const LOSS_SHOWN = 5;

export interface ChoiceGiven {
  /** As it is. */
  data: Sandbox;
  queries: readonly MeasuredQuery[];
  built: readonly BuiltIndex[];
  /** Of each query, in the order given, the indexes that looked best for it alone: numbers of the what-if rack. */
  best: readonly (readonly number[])[];
  /** Folded names of tables whose statistics are chosen too; null where all are there, and stay. */
  tables: readonly string[] | null;
  /** Statements that write, and rows, by folded table. */
  writes: ReadonlyMap<string, number>;
  sample(table: string): TableSample | null;
  budgetBytes: number;
  isLate(): boolean;
}

interface Found {
  mask: bigint;
  /** What its plans rest on. */
  used: bigint;
  ms: number;
}

export class MeasuredChoice {
  readonly trials: Trials;
  readonly problem: Problem;
  readonly #given: ChoiceGiven;
  readonly #rack: IndexRack;
  readonly #reckons: readonly Reckon[];
  /** Of each statement, sets with the items that its plans use and what it takes. */
  readonly #found: Found[][] = [];
  /** Sets that were chosen before, the last one first. */
  readonly #before: number[][] = [];
  /** Of each statement, what it may be run as beside the text as typed. */
  readonly #proved: ProvedTexts[];
  /** Items from here on are statistics. */
  readonly #statisticsFrom: bigint;

  constructor(rack: IndexRack, given: ChoiceGiven) {
    this.#rack = rack;
    this.#given = given;
    this.trials = new Trials(rack);
    this.#proved = given.queries.map(() => null);
    const { queries, built, tables, writes, sample, budgetBytes, isLate } = given;
    this.#statisticsFrom = BigInt(built.length);
    const parts = new Map(built.map(({ name, candidate }) => [foldCase(name), candidate.parts]));
    const partsOf = (index: string): readonly string[] | null => parts.get(foldCase(index)) ?? null;
    this.#reckons = queries.map(({ uses, planBefore }) => {
      const before = estimate(planBefore, { uses, sample, partsOf });
      const known = new Map<string, number>();
      return (plan) => {
        const key = planKey(plan);
        const share = known.get(key) ?? estimate(plan, { uses, sample, partsOf }) / before;
        known.set(key, share);
        return share;
      };
    });
    // A plan that stays as it was takes what it took.
    for (const { samples, planBefore, before } of queries)
      samples.forEach((text, index) => {
        const timing = before[index];
        if (timing) this.trials.note(text, planBefore, timing);
      });
    const names = [...built.map(({ candidate }) => foldCase(candidate.table)), ...(tables ?? [])];
    this.problem = {
      statements: queries.map((query) => ({
        weight: query.frequency,
        beforeMs: query.beforeMs,
        touched: names.flatMap((table, item) => (touches(query, table) ? [item] : [])),
      })),
      candidates: names.map((table, item) => {
        const index = built[item];
        if (!index) return { bytes: 0, writeMs: 0, price: STATISTICS_PRICE };
        const perRowMs = (index.buildMs * WRITE_FACTOR) / Math.max(1, sample(table)?.rows ?? 1);
        return { bytes: index.bytes, writeMs: (writes.get(table) ?? 0) * perRowMs, price: INDEX_PRICE };
      }),
      budgetBytes,
      costOf: (statement, set) => this.#lookUp(statement, set).ms,
      restsOn: (statement, set) => {
        const { used } = this.#lookUp(statement, set);
        return set.filter((item) => (used >> BigInt(item)) & 1n);
      },
      isLate,
      starts: [],
    };
  }

  /** Runs what looks best for each statement first: that bounds how long all others may take. */
  choose(): number[] {
    const { queries, isLate } = this.#given;
    const statistics = this.#statisticsItems();
    const union = new Set<number>();
    for (const statement of queries.keys()) {
      const own = this.bestOf(statement);
      if (!isLate()) this.#lookUp(statement, [...own, ...statistics]);
      own.forEach((item) => union.add(item));
    }
    const starts = [...this.#before, this.#fitting([...union]).concat(statistics), statistics, []];
    let set: number[] = [];
    for (let round = 1; round <= SETTLED_MAX; round++) {
      // When it is late, what does harm is taken out, and nothing else is tried.
      set = round > 1 && isLate() ? harmless(this.problem, set) : choose({ ...this.problem, starts }).set;
      // Every one is looked at, not as far as the first loss.
      const losses = queries.map((query, statement) => this.#settle(query, statement, set));
      this.#before.unshift(set);
      if (!losses.includes(true)) break;
      starts.unshift(set);
    }
    return this.#withoutPrefixes(set);
  }

  /** Without what another begins with, unless a statement suffers: the planner may have taken the narrower one for good reason. */
  #withoutPrefixes(given: readonly number[]): number[] {
    const price = pricer(this.problem);
    let set = [...given];
    for (const item of given) {
      const one = this.#given.built[item]?.candidate;
      const others = this.indexes(set.filter((other) => other !== item));
      if (!one || !others.some(({ candidate }) => serves(candidate, one))) continue;
      const without = set.filter((other) => other !== item);
      if (price(without) < price(set) + PREFIX_PRICE) set = without;
    }
    return set;
  }

  /** The set without what harms a statement, as far as that is known. */
  harmless(set: readonly number[]): number[] {
    return harmless(this.problem, set);
  }

  /** What was stopped on the way, because another set was quicker, is looked at in the set that is chosen. */
  #settle(query: MeasuredQuery, statement: number, set: readonly number[]): boolean {
    const texts = this.#proved[statement]?.samples ?? query.samples;
    const isLoss = this.trials.settle(texts, query.before, this.#rackNumbers(set), this.analysed(set));
    const losses = query.samples.map((typed, index) => this.#probe(query, index, typed, texts[index] ?? typed, set));
    const choosing = this.problem.statements[statement];
    if (choosing) choosing.beforeMs = query.beforeMs;
    this.#found[statement] = [];
    return isLoss || losses.includes(true);
  }

  /**
   * One that was stopped as it is might be harmed unseen. It runs on as it is for twice as long as it takes with the set: what then has not
   * ended gains at least that.
   */
  #probe(query: MeasuredQuery, index: number, typed: SampleText, text: SampleText, set: readonly number[]): boolean {
    const before = query.before[index];
    const [numbers, analysed] = [this.#rackNumbers(set), this.analysed(set)];
    if (!before?.stopped) return false;
    if (text === typed && planKey(this.trials.plan(text.sql, numbers, analysed)) === planKey(query.planBefore))
      return false;
    const known = this.trials.known(text, numbers, analysed);
    if (known && !known.stopped && known.ms <= before.ms) return false;
    this.trials.forget(text, numbers, analysed);
    const after = this.trials.timing(text, before.ms * PROBE, numbers, analysed);
    if (after.stopped) {
      // Not shown to be no loss.
      this.trials.correct(text, numbers, analysed, after.ms);
      return true;
    }
    const asItIs = timeOf(this.#given.data, typed, after.ms * GAIN_SHOWN, 0);
    query.before[index] = asItIs;
    query.beforeMs = query.before.reduce((sum, { ms }) => sum + ms, 0) / query.before.length;
    this.trials.note(typed, query.planBefore, asItIs);
    return !asItIs.stopped && after.ms > asItIs.ms * SLOWER_MAX;
  }

  /** From now on a set may lean on these texts too. */
  leanOn(statement: number, texts: ProvedTexts): void {
    this.#proved[statement] = texts;
    this.#found[statement] = [];
  }

  proved(statement: number): ProvedTexts {
    return this.#proved[statement] ?? null;
  }

  /** What a statement takes with the set, in ms. */
  msWith(statement: number, set: readonly number[]): number {
    return this.#lookUp(statement, set).ms;
  }

  /** Items that looked best for a statement alone, those that only a rewrite of it can use among them. */
  bestOf(statement: number): number[] {
    const { best, built } = this.#given;
    return built.flatMap(({ number }, item) => (best[statement]?.includes(number) ? [item] : []));
  }

  /** The planner sees just these from now on. */
  show(set: readonly number[]): void {
    this.#rack.show(this.#rackNumbers(set), this.analysed(set));
  }

  indexes(set: readonly number[]): BuiltIndex[] {
    return set.flatMap((item) => this.#given.built[item] ?? []);
  }

  /** Folded names of the tables whose statistics are in the set; null for all there are. */
  analysed(set: readonly number[]): string[] | null {
    const { built, tables } = this.#given;
    return tables && set.flatMap((item) => tables[item - built.length] ?? []);
  }

  /** What a longer look has shown a statement to take with this set. */
  correct(statement: number, set: readonly number[], ms: number): void {
    this.#found[statement] = [];
    const texts = [...(this.#given.queries[statement]?.samples ?? []), ...(this.#proved[statement]?.samples ?? [])];
    for (const text of texts) this.trials.correct(text, this.#rackNumbers(set), this.analysed(set), ms);
  }

  /**
   * What the first sample takes with this set beside before: above 1 is a loss. Null where it is not known, and `limitMs` leaves no time
   * to find out.
   */
  lossOf(statement: number, set: readonly number[], limitMs: number): number | null {
    const query = this.#given.queries[statement];
    const [text] = query?.samples ?? [];
    const beforeMs = query?.before[0]?.ms ?? 0;
    if (!text || query?.before[0]?.stopped) return null;
    const [numbers, analysed] = [this.#rackNumbers(set), this.analysed(set)];
    const known = this.trials.known(text, numbers, analysed);
    if (known && (!known.stopped || known.ms > beforeMs))
      return Math.max(known.ms, FLOOR_MS) / Math.max(beforeMs, FLOOR_MS);
    // What is reckoned to be quicker is no loss.
    const reckoned = this.#reckons[statement]?.(this.trials.plan(text.sql, numbers, analysed)) ?? 1;
    if (reckoned < SUSPECT || limitMs < beforeMs * LOSS_SHOWN) return null;
    this.trials.forget(text, numbers, analysed);
    const { ms } = this.trials.timing(text, beforeMs * LOSS_SHOWN + 1, numbers, analysed);
    return Math.max(ms, FLOOR_MS) / Math.max(beforeMs, FLOOR_MS);
  }

  timing(text: Parameters<Trials['timing']>[0], limitMs: number, set: readonly number[]): ReturnType<Trials['timing']> {
    return this.trials.timing(text, limitMs, this.#rackNumbers(set), this.analysed(set));
  }

  #lookUp(statement: number, set: readonly number[]): Found {
    const query = this.#given.queries[statement];
    const mask = maskOf(set);
    if (!query) return { mask, used: 0n, ms: 0 };
    const known = (this.#found[statement] ??= []);
    // Indexes that a plan does not use can go: it stays the same.
    const same = known.find(
      (one) =>
        (mask & ~one.mask) === 0n && (one.used & ~mask) === 0n && (one.mask ^ mask) >> this.#statisticsFrom === 0n,
    );
    if (same) return same;
    const [numbers, analysed] = [this.#rackNumbers(set), this.analysed(set)];
    const { samples, before } = query;
    const typed = this.trials.costOf(samples, before, numbers, analysed, this.#reckons[statement] ?? null);
    const texts = this.#proved[statement];
    const rewritten = texts ? this.trials.costOf(texts.samples, before, numbers, analysed, null) : null;
    const ms = Math.min(typed.ms, rewritten?.ms ?? Infinity) / samples.length;
    const details = [...typed.plans, ...(rewritten?.plans ?? [])].flat().map(({ detail }) => `${detail} `);
    const used = set.filter((item) => {
      const name = this.#given.built[item]?.name;
      return name === undefined || details.some((detail) => detail.includes(` INDEX ${name} `));
    });
    const found = { mask, used: maskOf(used), ms };
    known.push(found);
    return found;
  }

  /** The smallest of them, as many as there is room for. */
  #fitting(items: readonly number[]): number[] {
    const { candidates, budgetBytes } = this.problem;
    const bytesOf = (item: number): number => candidates[item]?.bytes ?? 0;
    let room = budgetBytes;
    return [...items]
      .sort((a, b) => bytesOf(a) - bytesOf(b))
      .filter((item) => (room -= bytesOf(item)) >= 0)
      .sort((a, b) => a - b);
  }

  #statisticsItems(): number[] {
    const { built, tables } = this.#given;
    return (tables ?? []).map((_, index) => built.length + index);
  }

  #rackNumbers(set: readonly number[]): number[] {
    return this.indexes(set).map(({ rackNumber }) => rackNumber);
  }
}

/** One bit for each item. */
function maskOf(set: readonly number[]): bigint {
  return set.reduce((mask, item) => mask | (1n << BigInt(item)), 0n);
}

/** Whether an index on the table may matter to the query. */
export function touches({ tables }: ReadQuery, table: string): boolean {
  return tables === null || tables.has(foldCase(table));
}
