/**
 * From hundreds of candidates to a few dozen worth building. Each is put before the planner alone, then together with others as long as
 * that gains; what no plan would use, or none is the better for, is out. Takes fractions of a millisecond a plan, and stops when it is late.
 */
import type { Schema } from '../sql/schema.ts';
import { foldCase, isPlainName } from '../sql/tokens.ts';
import { candidatesOf, ddlOf, keyOf, nameOf, type IndexCandidate } from './candidates.ts';
import type { ExistingIndex } from './existing.ts';
import { estimate } from './estimate.ts';
import { mergedOf } from './merge.ts';
import type { TableUse } from './uses.ts';
import type { WhatIf } from './what-if.ts';

/** A text that a statement may be run as: as typed, or as a rule would have it. */
export interface PlannedText {
  sql: string;
  uses: readonly TableUse[];
}

export interface PrunedStatement {
  texts: readonly PlannedText[];
  weight: number;
}

export interface Survivor {
  candidate: IndexCandidate;
  name: string;
  ddl: string;
  /** Of the what-if rack. */
  number: number;
  bytes: number;
  /**
   * By statement and table, the weighted logarithm of how much less the plan with it would cost. Of two that serve one table of one
   * statement the second brings only what it does better.
   */
  promise: ReadonlyMap<string, number>;
}

export interface Pruned {
  survivors: Survivor[];
  /** Of each statement, in the order given, what would serve it best: numbers of the what-if rack. */
  best: number[][];
  considered: number;
  /** Plans that were asked for. */
  plans: number;
  /** Statements that time ran out for. */
  left: number;
}

/** Singles that are tried together with others. */
const PARTNERS_MAX = 10;
const STARTS_MAX = 2;
const DEPTH_MAX = 5;
/** Of the time that is left for each statement, what one may take. */
const SHARES = 2.5;
const GAIN_MIN = 1.05;
const NARROW = 2;
const MERGED_FROM = 40;
const MERGED_SHARE = 0.9;
/** Different values of a column that an index of one value's rows may be made for. */
const CATEGORIES_MAX = 40;

/** Yields after each statement. */
export function* prune(
  statements: readonly PrunedStatement[],
  existing: readonly ExistingIndex[],
  schema: Schema,
  whatIf: WhatIf,
  budgetBytes: number,
  leftMs: () => number,
): Generator<{ plans: number }, Pruned> {
  const racked = new Map<string, Survivor | null>();
  const byName = new Map<string, IndexCandidate>();
  const names = new Set<string>();
  let [plans, left] = [0, 0];

  const rack = (candidate: IndexCandidate): Survivor | null => {
    const key = keyOf(candidate);
    const known = racked.get(key);
    if (known !== undefined) return known;
    const name = nameOf(candidate, schema, names);
    const ddl = ddlOf(candidate, name);
    const { table, parts, where } = candidate;
    const bytes = whatIf.sample(table)?.bytes(parts, where) ?? Infinity;
    const number = bytes > budgetBytes ? null : whatIf.add({ table, name, ddl }, parts, where);
    const survivor =
      number === null ? null : { candidate, name, ddl, number, bytes, promise: new Map<string, number>() };
    racked.set(key, survivor);
    if (survivor) {
      names.add(foldCase(name));
      byName.set(foldCase(name), candidate);
    }
    return survivor;
  };
  const partsOf = (index: string): readonly string[] | null =>
    byName.get(foldCase(index))?.parts ?? existing.find((one) => foldCase(one.name) === foldCase(index))?.parts ?? null;

  const credits = new Map<Survivor, Map<string, number>>();
  const credit = (one: Survivor, role: string, gain: number): void => {
    if (gain <= 0) return;
    const own = credits.get(one) ?? new Map<string, number>();
    own.set(role, Math.max(gain, own.get(role) ?? 0));
    credits.set(one, own);
  };
  const isCategory = (table: string, part: string): boolean =>
    isPlainName(part) && (whatIf.sample(table)?.distinct([part]) ?? Infinity) <= CATEGORIES_MAX;
  const work = ({ sql, uses }: PlannedText, weight: number, statement: number): number[] => {
    const given = { uses, sample: (table: string) => whatIf.sample(table), partsOf };
    const costWith = (set: readonly Survivor[]): { cost: number; used: Survivor[] } => {
      plans++;
      const plan = whatIf.plan(
        sql,
        set.map(({ number }) => number),
      );
      const used = set.filter(({ name }) => plan.some(({ detail }) => `${detail} `.includes(` INDEX ${name} `)));
      return { cost: estimate(plan, given), used };
    };
    // What the planner takes of them, and what it would cost with these alone.
    const offered = (set: readonly Survivor[]): { set: Survivor[]; cost: number } => {
      const { used, cost } = costWith(set);
      return { set: used, cost };
    };
    const before = costWith([]).cost;
    const all = candidatesOf(uses, existing, isCategory).flatMap((candidate) => rack(candidate) ?? []);
    const singles = all
      .flatMap((one) => {
        if (isLate()) return [];
        const { cost, used } = costWith([one]);
        return used.length > 0 ? [{ one, cost }] : [];
      })
      .sort((a, b) => a.cost - b.cost || a.one.bytes - b.one.bytes);
    const useful = singles.filter(({ cost }) => before / cost >= GAIN_MIN);
    // In joins one alone may gain nothing, so that the rest may come in as partners.
    const partners = [...useful, ...singles.filter((single) => !useful.includes(single))].slice(0, PARTNERS_MAX);
    let best: { set: Survivor[]; cost: number } = { set: [], cost: before };
    // What the planner itself takes where it has all to choose from: three that are worth something only together are found so alone.
    const alone = partners.slice(0, uses.length > 1 ? STARTS_MAX : 1).map(({ one, cost }) => ({ set: [one], cost }));
    const together =
      uses.length > 1 ? [all.filter(({ candidate }) => candidate.parts.length <= NARROW), all].map(offered) : [];
    for (const start of [...together, ...alone]) {
      let { set, cost } = start;
      for (let depth = 1; depth < DEPTH_MAX && uses.length > 1 && !isLate(); depth++) {
        let next: { set: Survivor[]; cost: number } | null = null;
        for (const { one } of partners) {
          if (set.includes(one)) continue;
          const tried = costWith([...set, one]);
          if (tried.used.includes(one) && tried.cost * GAIN_MIN < (next?.cost ?? cost))
            next = { set: tried.used, cost: tried.cost };
        }
        if (!next) break;
        ({ set, cost } = next);
      }
      if (cost * 1.001 < best.cost) best = { set, cost };
    }
    const roleOf = (one: Survivor): string => `${statement} ${foldCase(one.candidate.table)}`;
    const gain = Math.log(before / best.cost);
    for (const one of best.set) credit(one, roleOf(one), (weight * gain) / best.set.length);
    for (const { one, cost } of useful) credit(one, roleOf(one), weight * Math.log(before / cost));
    return best.set.map(({ number }) => number);
  };

  const best: number[][] = [];
  let reserveMs = 0;
  const isLate = (): boolean => leftMs() <= reserveMs;
  for (const [statement, { texts, weight }] of statements.entries()) {
    yield { plans };
    // One may take several times its share, and leaves the rest to those that come after it.
    const share = leftMs() / (statements.length - statement);
    reserveMs = Math.max(0, leftMs() - share * SHARES);
    if (leftMs() <= 0) left++;
    best.push(isLate() ? [] : texts.flatMap((text) => work(text, weight, statement)));
  }
  reserveMs = 0;
  const survivors = (): Survivor[] => [...credits].map(([one, promise]) => ({ ...one, promise }));

  // A merged index is worth nearly what those are that it stands for.
  const firsts = survivors()
    .sort((a, b) => sumOf(b) - sumOf(a))
    .slice(0, MERGED_FROM);
  for (const merged of mergedOf(firsts.map(({ candidate }) => candidate))) {
    if (isLate()) break;
    const one = rack(merged);
    if (!one) continue;
    for (const { candidate, promise } of firsts) {
      const stands =
        foldCase(candidate.table) === foldCase(merged.table) &&
        candidate.where === merged.where &&
        candidate.parts[0] === merged.parts[0] &&
        candidate.parts.every((part) => merged.parts.includes(part));
      if (stands) for (const [role, gain] of promise) credit(one, role, gain * MERGED_SHARE);
    }
  }
  return { survivors: survivors(), best, considered: racked.size, plans, left };
}

function sumOf({ promise }: Survivor): number {
  return [...promise.values()].reduce((sum, gain) => sum + gain, 0);
}
