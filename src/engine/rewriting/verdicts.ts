/**
 * What the optimizer found of each statement, and whether that still holds. A proof by the schema holds while the schema does; one that rests
 * on rows holds until one of their tables is written, and from the very step of that commit on the text runs as typed. Statistics belong to
 * the schema here: ANALYZE moves its cookie.
 */
import { TableVersions } from '../../cache/freshness/table-versions.ts';
import type { Version } from '../../database/protocol.ts';
import type { OptimizeReport } from '../../optimizer/protocol.ts';
import { Practice, pushRecent, type Slower } from './practice.ts';

export const VERDICTS_MAX = 2000;
/** Attempts that are kept of each. */
const ATTEMPTS_MAX = 12;
/** After a table was written that a proof rests on, it is looked at again after so long, and after twice as long the next time. */
const LOOK_AGAIN_MS = { first: 250, last: 60_000 } as const;
/**
 * That nothing better was found is not for ever: the machine may have been busy, or the tables have grown since. What takes long enough
 * to be felt is looked at again.
 */
const TRY_AGAIN_MS = { first: 60_000, last: 3_600_000 } as const;
const FELT_MS = 2;

export type StatementVerdict =
  | { state: 'waiting' | 'running' }
  | { state: 'proved'; report: OptimizeReport; provedSql: string }
  /** A table that the proof rests on was written: as typed until it is looked at again. */
  | { state: 'stale'; report: OptimizeReport; reason: string }
  /** Proved, and slower in practice. */
  | { state: 'dropped'; report: OptimizeReport; reason: string }
  | { state: 'unchanged'; report: OptimizeReport | null; reason: string };

/** A verdict with a report, as it is kept over a reload. */
export interface KnownVerdict {
  sql: string;
  report: OptimizeReport;
  /** Log number at which it held. */
  heldAt: number;
  droppedReason: string | null;
}

interface Entry extends Omit<KnownVerdict, 'sql'> {
  practice: Practice | null;
  /** Times that it had to be looked at again, and when it may be for the next time. */
  losses: number;
  lookAtMs: number;
  wasStale: boolean;
  /** Running time of the last run, where there is no rewrite. */
  typedMs: number;
}

type Pending = { state: 'waiting' | 'running' };
type Failed = { state: 'unchanged'; report: null; reason: string };

export class Verdicts {
  readonly #nowMs: () => number;
  readonly #entries = new Map<string, Entry | Pending | Failed>();
  readonly #tables = new TableVersions('');
  /** Running times of texts about which nothing is known yet. */
  readonly #typedMs = new Map<string, number[]>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get(sql: string): StatementVerdict | undefined {
    const entry = this.#entries.get(sql);
    if (!entry || 'state' in entry) return entry;
    const { report, droppedReason } = entry;
    if (report.provedSql === null)
      return { state: 'unchanged', report, reason: report.unchangedReason ?? 'No rule applies.' };
    if (droppedReason !== null) return { state: 'dropped', report, reason: droppedReason };
    if (this.#holds(entry)) return { state: 'proved', report, provedSql: report.provedSql };
    const tables = report.restsOn.join(' or ');
    return { state: 'stale', report, reason: `Runs as typed: ${tables} was written, on whose rows the proof rests` };
  }

  /** Nothing better than a guess is lost: a verdict that is there stays until there is another. */
  begin(sql: string, state: 'waiting' | 'running'): void {
    const entry = this.#entries.get(sql);
    if (!entry || 'state' in entry) this.#set(sql, { state });
  }

  settle(sql: string, report: OptimizeReport): void {
    const before = this.#entries.get(sql);
    const losses = before && !('state' in before) ? before.losses : 0;
    const entry = { ...fresh(shortened(report), report.version.logNumber, this.#typedMs.get(sql)), losses };
    if (report.provedSql === null) this.#putOff(entry, TRY_AGAIN_MS);
    this.#set(sql, entry);
    this.#typedMs.delete(sql);
  }

  fail(sql: string, reason: string): void {
    this.#set(sql, { state: 'unchanged', report: null, reason });
  }

  /** A proof had to make way for another. */
  interrupted(sql: string): void {
    const entry = this.#entries.get(sql);
    if (entry && 'state' in entry) this.#entries.delete(sql);
  }

  /** A write was committed. `tables` is null when it may have touched any. */
  noteWrite(tables: readonly string[] | null, logNumber: number): void {
    this.#tables.noteWrite(tables, logNumber);
  }

  /** The rows were looked at again: what the proof rests on holds at this version too. */
  renew(sql: string, { logNumber }: Version): void {
    const entry = this.#entries.get(sql);
    if (!entry || 'state' in entry) return;
    entry.heldAt = Math.max(entry.heldAt, logNumber);
    entry.wasStale = false;
  }

  /** Whether one that is stale, or that found nothing, should be looked at again by now. */
  isDue(sql: string): boolean {
    const entry = this.#entries.get(sql);
    if (!entry || 'state' in entry) return false;
    if (entry.report.provedSql === null) return entry.typedMs >= FELT_MS && this.#nowMs() >= entry.lookAtMs;
    if (this.get(sql)?.state !== 'stale') return false;
    if (!entry.wasStale) {
      entry.wasStale = true;
      this.#putOff(entry, LOOK_AGAIN_MS);
    }
    return this.#nowMs() >= entry.lookAtMs;
  }

  /** The proved text, when it is its turn; null when the text runs as typed. */
  textFor(sql: string): string | null {
    const verdict = this.get(sql);
    return verdict?.state === 'proved' && !this.#practiceOf(sql)?.wantsTyped ? verdict.provedSql : null;
  }

  /** Both texts run by turns, to see which is faster in practice. */
  isByTurns(sql: string): boolean {
    return this.#practiceOf(sql)?.wantsTyped ?? false;
  }

  /** A run took so long in its worker; answers the times when the rewrite is dropped for that. */
  ran(sql: string, rewritten: boolean, ms: number): Slower | null {
    const entry = this.#entries.get(sql);
    if (!entry || 'state' in entry) {
      if (entry?.state !== 'unchanged') this.#noteTyped(sql, ms);
      return null;
    }
    if (entry.report.provedSql === null) entry.typedMs = ms;
    if (entry.droppedReason !== null) return null;
    const slower = entry.practice?.note(rewritten, ms) ?? null;
    if (slower)
      entry.droppedReason = `Runs as typed: the rewrite (${entry.report.ruleIds.join(', ')}) was proved, but slower in practice: ${inMs(slower.rewrittenMs)} against ${inMs(slower.typedMs)}, medians of ${slower.runs} runs each by turns`;
    return slower;
  }

  /** Median running times of both texts in the pool; null where there were none. */
  practice(sql: string): { typedMs: number | null; rewrittenMs: number | null } | null {
    const practice = this.#practiceOf(sql);
    return practice && { typedMs: practice.typedMs, rewrittenMs: practice.rewrittenMs };
  }

  /** Those that `keep` refuses are forgotten; work that is waited for is not. */
  retain(keep: (report: OptimizeReport) => boolean): void {
    for (const [sql, entry] of this.#entries) if (!('state' in entry) && !keep(entry.report)) this.#entries.delete(sql);
  }

  /** The schema moved, or the statistics did. */
  forget(): void {
    this.#entries.clear();
    this.#typedMs.clear();
  }

  /** Another history: nothing of the former one holds. */
  reset({ historyId, logNumber }: Version): void {
    this.forget();
    this.#tables.reset(historyId, logNumber);
  }

  /** The latest ones that hold now, which is at this log number. */
  known(limit: number, heldAt: number): KnownVerdict[] {
    return [...this.#entries]
      .flatMap(([sql, entry]) => {
        if ('state' in entry || this.get(sql)?.state === 'stale') return [];
        const { report, droppedReason } = entry;
        return [{ sql, report, droppedReason, heldAt }];
      })
      .slice(-limit);
  }

  /** What was known before the page was loaded anew, of this schema and this data. A verdict that has come in since is newer. */
  restore(known: readonly KnownVerdict[]): void {
    for (const { sql, report, heldAt, droppedReason } of known) {
      if (this.#entries.has(sql)) continue;
      const entry = { ...fresh(report, heldAt), droppedReason };
      if (report.provedSql === null) this.#putOff(entry, TRY_AGAIN_MS);
      this.#set(sql, entry);
    }
  }

  #noteTyped(sql: string, ms: number): void {
    const times = this.#typedMs.get(sql);
    if (times) pushRecent(times, ms);
    else if (this.#typedMs.size < VERDICTS_MAX) this.#typedMs.set(sql, [ms]);
  }

  #putOff(entry: Entry, { first, last }: { first: number; last: number }): void {
    entry.lookAtMs = this.#nowMs() + Math.min(last, first * 2 ** entry.losses++);
  }

  #holds({ report: { restsOn }, heldAt }: Entry): boolean {
    return restsOn.length === 0 || this.#tables.isCurrentSince(restsOn, heldAt);
  }

  #practiceOf(sql: string): Practice | null {
    const entry = this.#entries.get(sql);
    return entry && !('state' in entry) ? entry.practice : null;
  }

  #set(sql: string, entry: Entry | Pending | Failed): void {
    if (this.#entries.size >= VERDICTS_MAX && !this.#entries.has(sql)) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    this.#entries.set(sql, entry);
  }
}

/** Without the attempts that nobody would look at again: there may be thousands of verdicts. */
function shortened(report: OptimizeReport): OptimizeReport {
  const decided = report.attempts.filter(({ verdicts, outcome }) => verdicts.length > 0 || outcome === 'proved');
  return { ...report, attempts: decided.slice(0, ATTEMPTS_MAX) };
}

function fresh(report: OptimizeReport, heldAt: number, typedMs: readonly number[] = []): Entry {
  const race = report.chosen?.measurement;
  const times = typedMs.length > 0 || !race ? typedMs : [race.originalMs];
  const practice = report.provedSql === null ? null : new Practice(race?.ratioWarm ?? 1, times);
  return { report, heldAt, droppedReason: null, practice, losses: 0, lookAtMs: 0, wasStale: false, typedMs: 0 };
}

function inMs(ms: number): string {
  return `${Number(ms.toPrecision(3))} ms`;
}
