/**
 * An index tried for real: built on a fork of the data, the statement measured before and after on two forks by turns, the rows compared.
 * Nothing of the person's changes.
 */
import { AppError } from '../core/errors.ts';
import type { Parameters } from '../database/protocol.ts';
import { difference } from '../optimizer/equal.ts';
import { median } from '../optimizer/interval.ts';
import { plainPlan } from '../optimizer/plain-plan.ts';
import type { IndexTrial } from '../optimizer/protocol.ts';
import { isDeadline, type Sandbox } from '../optimizer/sandbox.ts';
import { foldCase, tokenize } from '../sql/tokens.ts';

const PAIRS_MAX = 7;
const PAIRS_MIN = 2;

/**
 * @param plain a fork as it is
 * @param indexed another fork of the same content, on which the index is built
 * Errors: `sql`, `not-an-index`, `deadline` when the index, or the statement even with it, is not finished in time.
 */
export function tryIndex(
  sql: string,
  parameters: Parameters,
  ddl: string,
  budgetMs: number,
  plain: Sandbox,
  indexed: Sandbox,
): IndexTrial {
  if (!isAid(ddl))
    throw new AppError('not-an-index', 'Only one CREATE INDEX statement, or ANALYZE, can be tried here.');
  const startMs = plain.nowMs();
  const planBefore = plainPlan(plain.plan(sql));
  const bytesBefore = bytesOf(indexed);
  const buildStartMs = indexed.nowMs();
  indexed.run(ddl, [], budgetMs);
  const buildMs = indexed.nowMs() - buildStartMs;

  // The first runs warm both up and are compared.
  const after = indexed.run(sql, parameters, budgetMs);
  let before: { elapsedMs: number; vmSteps: number | null } | null = null;
  let equalRows = false;
  const stopAtMs = Math.max(100, budgetMs - (plain.nowMs() - startMs));
  const runBefore = (limitMs: number): number => {
    try {
      const run = plain.run(sql, parameters, limitMs);
      before = run;
      return run.elapsedMs;
    } catch (error) {
      if (!isDeadline(error)) throw error;
      return limitMs;
    }
  };
  try {
    const run = plain.run(sql, parameters, stopAtMs);
    before = run;
    equalRows = difference(run, after, { kind: 'none' }) === null;
  } catch (error) {
    if (!isDeadline(error)) throw error;
  }
  const pairs: [number, number][] = [];
  if (before === null) pairs.push([stopAtMs, after.elapsedMs]);
  for (let index = 0; index < PAIRS_MAX && before !== null; index++) {
    if (index >= PAIRS_MIN && plain.nowMs() - startMs > budgetMs) break;
    const runAfter = (): number => indexed.run(sql, parameters, budgetMs).elapsedMs;
    if (index % 2 === 0) {
      const one = runBefore(stopAtMs);
      pairs.push([one, runAfter()]);
    } else {
      const other = runAfter();
      pairs.push([runBefore(stopAtMs), other]);
    }
  }
  const beforeMs = median(pairs.map(([one]) => one));
  const afterMs = median(pairs.map(([, other]) => other));
  return {
    ddl,
    beforeMs,
    afterMs,
    ratio: Math.max(beforeMs, 0.005) / Math.max(afterMs, 0.005),
    runs: pairs.length,
    beforeSteps: (before as { vmSteps: number | null } | null)?.vmSteps ?? null,
    afterSteps: after.vmSteps,
    equalRows,
    planBefore,
    planAfter: plainPlan(indexed.plan(sql)),
    buildMs,
    bytesAdded: bytesOf(indexed) - bytesBefore,
  };
}

/** One CREATE INDEX or ANALYZE, which change no row, and nothing after it: the text comes from outside. */
function isAid(ddl: string): boolean {
  const tokens = tokenize(ddl).map((token) => foldCase(ddl.slice(token.start, token.end)));
  while (tokens.at(-1) === ';') tokens.pop();
  const [first, second, third] = tokens;
  const createsIndex = first === 'create' && (second === 'index' || (second === 'unique' && third === 'index'));
  return (createsIndex || first === 'analyze') && !tokens.includes(';');
}

function bytesOf(sandbox: Sandbox): number {
  const [[pages = 0n] = []] = sandbox
    .run('SELECT page_count * page_size FROM pragma_page_count, pragma_page_size', [], null)
    .rows();
  return Number(pages);
}
