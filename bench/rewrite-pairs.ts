/**
 * Pairs of a query and what a person made of it: does the optimizer find as much by itself? Of the equal pairs that show twice the speed or more,
 * those originals count that it improves twice or more; none may come out slower. The person's text is measured beside it, on the same fork.
 */
import { intervalOf } from '../src/optimizer/interval.ts';
import { Optimizer } from '../src/optimizer/optimize.ts';
import { race } from '../src/optimizer/race.ts';
import type { Reader } from '../src/sql/parse/reader.ts';
import { messageOf, type Sandbox } from '../src/optimizer/sandbox.ts';
import { UsageError, type Progress } from './command.ts';
import { readText } from './files.ts';

export interface PairsReport {
  pairs: number;
  /** Equal pairs that the corpus says gain `gainMin` or more. */
  counted: number;
  /** Of those, originals that the optimizer itself improves so much. */
  improved: number;
  /** Of all pairs, those that it made slower than 0.95 times. */
  slower: number;
  gainMin: number;
  perPair: PairReport[];
}

export interface PairReport {
  name: string;
  counted: boolean;
  rules: string[];
  provedSql: string | null;
  /** Original / rewritten by the optimizer, measured anew apart from its own race; 1 where the text stays. */
  ratio: number;
  interval: [number, number] | null;
  /** Original / rewritten by the person, measured here; null where it was not asked for, or does not end. */
  personRatio: number | null;
  analysisMs: number;
  elapsedMs: number;
  reason: string | null;
}

interface Pair {
  name: string;
  original: string;
  rewritten: string;
  same_rows: boolean;
  speedup: number;
}

const GAIN_MIN = 2;
const SLOWER_MAX = 0.95;
const RACE_BUDGET_MS = 4000;

export function measurePairs(
  path: string,
  open: () => Sandbox,
  reader: Reader,
  budgetMs: number,
  /** Parts of names; none for all pairs. */
  only: readonly string[],
  progress: Progress,
): PairsReport {
  const { setup, pairs: all } = pairsOf(path);
  const pairs = all.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)));
  if (only.length > 0 && pairs.length === 0)
    throw new UsageError(`${path} has no pair with ${only.join(' or ')} in its name.`);
  const sandbox = open();
  for (const statement of setup) sandbox.execute(statement);
  const optimizer = new Optimizer(sandbox, reader);
  const report: PairsReport = {
    pairs: pairs.length,
    counted: 0,
    improved: 0,
    slower: 0,
    gainMin: GAIN_MIN,
    perPair: [],
  };
  for (const pair of pairs) {
    const one = measurePair(pair, sandbox, optimizer, budgetMs);
    report.perPair.push(one);
    if (one.counted) report.counted++;
    if (one.counted && one.ratio >= GAIN_MIN) report.improved++;
    if (one.ratio < SLOWER_MAX) report.slower++;
    const told =
      one.provedSql === null ? `as typed (${one.reason ?? ''})` : `${one.rules.join(', ')} ${one.ratio.toFixed(1)}x`;
    progress(`${one.counted ? '* ' : '  '}${one.name}: ${told}; by hand ${one.personRatio?.toFixed(1) ?? '?'}x`);
  }
  sandbox.close();
  return report;
}

function measurePair(pair: Pair, sandbox: Sandbox, optimizer: Optimizer, budgetMs: number): PairReport {
  const found = optimizer.optimize(pair.original, [], { budgetMs });
  const again = found.provedSql === null ? null : raceOf(sandbox, pair.original, found.provedSql);
  return {
    name: pair.name,
    counted: pair.same_rows && pair.speedup >= GAIN_MIN,
    rules: found.ruleIds,
    provedSql: found.provedSql,
    ratio: again?.ratioWarm ?? 1,
    interval: again?.ratioInterval ?? null,
    personRatio: pair.same_rows ? (raceOf(sandbox, pair.original, pair.rewritten)?.ratioWarm ?? null) : null,
    analysisMs: found.analysisMs,
    elapsedMs: found.elapsedMs,
    reason: found.unchangedReason,
  };
}

function raceOf(sandbox: Sandbox, original: string, rewritten: string) {
  try {
    return race(sandbox, original, rewritten, [], RACE_BUDGET_MS, null).measurement;
  } catch {
    return null; // a rewrite that does not end
  }
}

/** Time until the first suggestion, over all that was looked at. */
export function analysisTimes(values: readonly number[]): { medianMs: number; maxMs: number } | null {
  return values.length === 0 ? null : { medianMs: intervalOf(values).median, maxMs: Math.max(...values) };
}

function pairsOf(path: string): { setup: string[]; pairs: Pair[] } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readText(path));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} is not JSON: ${messageOf(error)}`);
  }
  const { setup, pairs } = (parsed ?? {}) as { setup?: unknown; pairs?: unknown };
  if (!Array.isArray(setup) || !Array.isArray(pairs))
    throw new UsageError(`${path}: it needs "setup" and "pairs", both lists.`);
  return { setup: setup.map(String), pairs: pairs.map((one, index) => pairOf(one, `${path}, pair ${index + 1}`)) };
}

function pairOf(value: unknown, where: string): Pair {
  const { name, original, rewritten, same_rows, speedup } = (value ?? {}) as Record<string, unknown>;
  if (typeof original !== 'string' || typeof rewritten !== 'string')
    throw new UsageError(`${where}: it needs "original" and "rewritten", both texts.`);
  return {
    name: typeof name === 'string' ? name : original,
    original,
    rewritten,
    same_rows: same_rows === true,
    speedup: typeof speedup === 'number' ? speedup : 0,
  };
}
