/**
 * Which sequences of rules are worth a proof. Best first (Pearl 1984): each proposal runs once on the fork, and the one that took the fewest
 * steps of SQLite's machine is built upon next. Steps are the same on every machine and at every load, but say nothing of bytes:
 * they decide what is tried sooner, time decides what is kept.
 */
import { inMs } from './guards/faster.ts';
import type { Prepared } from './prepare.ts';
import type { Proposal, Proposals } from './proposals.ts';
import type { Trial } from './protocol.ts';
import type { Parameters } from '../database/protocol.ts';
import { isDeadline, messageOf, type Run, type Sandbox } from './sandbox.ts';

/** Rules in a row. */
const LENGTH_MAX = 4;
/** Proposals that are run. */
const TRIALS_MAX = 60;
/** Proposals that are built upon. */
const EXPANSIONS_MAX = 12;
/** A trial this short is repeated, since the first run also fills the page cache. */
const REPEATED_MS_MAX = 20;
/** One may take so many times the quickest so far, the text as typed included: by time it is behind then, by steps it may be ahead. */
const SLACK = 2;
const TRIAL_MS_MIN = 10;
/** Gain of a single trial that is worth a proof: in steps, which do not vary, or in time, which does. */
const STEPS_GAIN_MIN = 1.2;
const TIME_GAIN_MIN = 1.05;

/** A proposal and its trial; null when that was stopped, or failed. */
export interface Tried {
  proposal: Proposal;
  trial: Trial | null;
  /** Why there was no result in time; null when there was. */
  stopped: string | null;
}

/** The text as typed on the fork, or why there is no result to compare with. */
export function tryOriginal({ context, statement }: Prepared, limitMs: number): Trial | string {
  const { sandbox, parameters } = context;
  try {
    const { elapsedMs, vmSteps } = (context.originalRun ??= sandbox.run(statement.sql, parameters, limitMs));
    if (elapsedMs > limitMs / 8) return { ms: elapsedMs, steps: vmSteps };
    const again = sandbox.run(statement.sql, parameters, limitMs);
    return { ms: Math.min(elapsedMs, again.elapsedMs), steps: vmSteps };
  } catch (error) {
    if (!isDeadline(error)) return `The text as typed fails: ${messageOf(error)}.`;
    return `Not enough evidence: the text as typed did not finish within ${Math.round(limitMs)} ms, so nothing can be compared with it.`;
  }
}

/** Runs proposals, and what other rules make of the best of them; each as it is tried. Ends by itself at `endMs`. */
export function* search(
  proposals: Proposals,
  first: readonly Proposal[],
  prepared: Prepared,
  original: Trial,
  endMs: number,
): Generator<Tried> {
  const { sandbox } = prepared.context;
  const open: Tried[] = [];
  let [trials, quickestMs, waiting] = [0, original.ms, first];
  for (let expansions = 0; ; expansions++) {
    for (const proposal of waiting) {
      if (trials > 0 && (trials >= TRIALS_MAX || sandbox.nowMs() > endMs)) {
        const stopped =
          trials >= TRIALS_MAX ? `${TRIALS_MAX} others were tried before it` : 'time ran out before its turn';
        yield { proposal, trial: null, stopped };
        continue;
      }
      const tried = proposal.sameProgram
        ? { proposal, trial: original, stopped: null }
        : run(proposal, prepared, Math.max(TRIAL_MS_MIN, quickestMs * SLACK));
      if (!proposal.sameProgram) trials++;
      quickestMs = Math.min(quickestMs, tried.trial?.ms ?? Infinity);
      if (proposal.ruleIds.length < LENGTH_MAX) open.push(tried);
      yield tried;
    }
    if (expansions >= EXPANSIONS_MAX || trials >= TRIALS_MAX || sandbox.nowMs() > endMs) return;
    const next = open.sort(byRank).shift();
    if (!next) return;
    waiting = proposals.next(next.proposal, endMs);
  }
}

/** Of what was tried, those worth a proof in the order in which they get it, and for the others the reason why not. */
export function ranked(
  tried: readonly Tried[],
  original: Trial,
): { worth: Tried[]; not: { one: Tried; reason: string }[] } {
  const worth: Tried[] = [];
  const not: { one: Tried; reason: string }[] = [];
  for (const one of tried) {
    const { trial, stopped, proposal } = one;
    if (proposal.sameProgram)
      not.push({ one, reason: 'SQLite compiles both to the same program: it does this itself.' });
    else if (!trial) not.push({ one, reason: `Not taken further: ${stopped ?? 'it was stopped'}.` });
    else if (original.ms / trial.ms >= TIME_GAIN_MIN || stepsGain(original, trial) >= STEPS_GAIN_MIN) worth.push(one);
    else not.push({ one, reason: `One run took ${told(trial)}, the text as typed took ${told(original)}.` });
  }
  worth.sort(byRank);
  // Steps do not see a covering index: what is at least twice as quick as the first by steps comes before it.
  const quickest = worth.reduce<Tried | null>((best, one) => (best && msOf(best) <= msOf(one) ? best : one), null);
  if (quickest && worth[0] && msOf(quickest) * 2 <= msOf(worth[0])) {
    worth.splice(worth.indexOf(quickest), 1);
    worth.unshift(quickest);
  }
  return { worth, not };
}

/** Fewest steps first, or least time where steps are not counted; then what the plan promises. */
function byRank(a: Tried, b: Tried): number {
  const work = ({ trial }: Tried): number => trial?.steps ?? trial?.ms ?? Infinity;
  const [one, other] = [work(a), work(b)];
  return one === other ? b.proposal.expectedGain - a.proposal.expectedGain : one - other;
}

function run(proposal: Proposal, { context }: Prepared, limitMs: number): Tried {
  const { sandbox, parameters } = context;
  const { sql } = proposal.statement;
  try {
    const { elapsedMs, vmSteps } = firstRun(sandbox, sql, parameters, limitMs);
    const again = elapsedMs < REPEATED_MS_MAX ? sandbox.run(sql, parameters, limitMs).elapsedMs : elapsedMs;
    return { proposal, trial: { ms: Math.min(elapsedMs, again), steps: vmSteps }, stopped: null };
  } catch (error) {
    const stopped = isDeadline(error) ? `one run was stopped after ${inMs(limitMs)}` : `it fails (${messageOf(error)})`;
    return { proposal, trial: null, stopped };
  }
}

/** So short a limit may be missed by a cold page cache or a busy machine alone: a second run tells. */
function firstRun(sandbox: Sandbox, sql: string, parameters: Parameters, limitMs: number): Run {
  try {
    return sandbox.run(sql, parameters, limitMs);
  } catch (error) {
    if (limitMs > REPEATED_MS_MAX || !isDeadline(error)) throw error;
    return sandbox.run(sql, parameters, limitMs);
  }
}

function stepsGain(original: Trial, { steps }: Trial): number {
  return original.steps === null || steps === null ? 0 : original.steps / Math.max(1, steps);
}

function msOf({ trial }: Tried): number {
  return trial?.ms ?? Infinity;
}

function told({ ms, steps }: Trial): string {
  return steps === null ? inMs(ms) : `${inMs(ms)} and ${steps.toLocaleString('en')} steps`;
}
