/**
 * From a workload to the indexes, statistics and rewrites that make it fast: candidates put before the planner on an empty copy, the most
 * promising built on a fork, statements measured with sets of them, the best set chosen and compared with the data as it is. Told step by
 * step; each stage has its share of the time and takes what the ones before it left.
 */
import { AppError } from '../core/errors.ts';
import { quoted } from '../core/sql-name.ts';
import type { PlanNode } from '../database/protocol.ts';
import type {
  AdviceProgress,
  AdviceRequest,
  AdvisedIndex,
  StatementAdvice,
  WorkloadAdvice,
} from '../optimizer/advice.ts';
import type { Sandbox } from '../optimizer/sandbox.ts';
import { foldCase } from '../sql/tokens.ts';
import { runAsTheyAre, type MeasuredQuery } from './baseline.ts';
import { buildIndexes, bytesOf } from './build.ts';
import { checkedOf, checkScript } from './check-script.ts';
import { isSlower, statementAdvice, unread } from './comparison.ts';
import { existingIndexes } from './existing.ts';
import { fidelityOf } from './fidelity.ts';
import { findingsOf, usedIndexes } from './findings.ts';
import { harmsOf } from './harms.ts';
import { MeasuredChoice } from './measured-choice.ts';
import { prune } from './prune.ts';
import { IndexRack } from './rack.ts';
import { readWorkload } from './read-workload.ts';
import { RewriteStage } from './rewrites.ts';
import { applyScript, undoScript } from './script.ts';
import type { AdvisorTools } from './tools.ts';
import { totalsOf } from './totals.ts';
import { planKey } from './trials.ts';
import { statisticsOf, WhatIf } from './what-if.ts';
import { workloadOf } from './workload.ts';
import { writeCostOf } from './write-cost.ts';

/** Of the whole time, when each stage ends at the latest: for indexes alone, and with rewrites. */
const ENDS_PLAIN = { running: 0.2, planning: 0.3, building: 0.72, choosing: 0.89, rewriting: 0.89, checking: 1 };
const ENDS_WITH_REWRITES = {
  running: 0.1,
  planning: 0.17,
  building: 0.45,
  choosing: 0.6,
  rewriting: 0.8,
  checking: 1,
};
/** Chosen once more with what was proved. */
const SETTLING_END = 0.9;
/** Planning takes no longer, however much time there is, and has so much, or a third, however late it is. */
const PLANNING_MS = 2000;
const PLANNING_WITH_REWRITES_MS_MAX = 4000;
/** Choices made again after a comparison. */
const CORRECTIONS_MAX = 6;

type Steps<Result> = Generator<AdviceProgress, Result>;

/** Errors: `no-statements` when nothing in it reads. */
export function* adviseWorkload(request: AdviceRequest, tools: AdvisorTools): Steps<WorkloadAdvice> {
  const { data, fork, read, schema } = tools;
  const startMs = data.nowMs();
  const { budgetMs } = request;
  const ends = request.withRewrites ? ENDS_WITH_REWRITES : ENDS_PLAIN;
  const elapsed = (): number => data.nowMs() - startMs;
  const until = (end: number): number => end * budgetMs - elapsed();
  const progress = (stage: AdviceProgress['stage'], told: string): AdviceProgress => ({
    stage,
    told,
    fraction: Math.min(0.99, elapsed() / budgetMs),
  });
  const notes: string[] = [];

  yield progress('reading', 'Reading the statements');
  const workload = workloadOf(request.statements);
  if (workload.queries.length === 0)
    throw new AppError(
      'no-statements',
      'There is no query among these statements: indexes are advised for what reads.',
    );
  if (workload.others > 0)
    notes.push(
      workload.others === 1
        ? '1 statement that neither reads nor writes rows was left out.'
        : `${workload.others} statements that neither read nor write rows were left out.`,
    );
  const { queries, refused } = readWorkload(workload.queries, schema, data, read);

  // ---- as it is ----
  const running = runAsTheyAre(queries, data, until(ends.running));
  let ran = running.next();
  for (; !ran.done; ran = running.next())
    yield progress(
      'running',
      `Running ${Math.min(ran.value.done + 1, queries.length)} of ${queries.length} as they are`,
    );
  const { measured } = ran.value;
  refused.push(...ran.value.refused);
  if (ran.value.left > 0)
    notes.push(`Time ran out for ${ran.value.left} of the least frequent statements: nothing is known of them.`);
  const stopped = measured.filter(({ before }) => before.some((one) => one.stopped)).length;
  if (stopped > 0)
    notes.push(
      stopped === 1
        ? '1 was stopped at its deadline and is counted at it: it may gain more than is told.'
        : `${stopped} were stopped at their deadline and are counted at it: they may gain more than is told.`,
    );

  // ---- what the planner would do ----
  yield progress('planning', 'Putting candidates before the planner');
  const dataBytes = bytesOf(data);
  const budgetBytes = request.budgetBytes ?? dataBytes;
  const hadStatistics = statisticsOf(data).length > 0;
  fork.run('ANALYZE', [], null);
  const rack = new IndexRack(fork);
  const existing = existingIndexes(data);
  const whatIf = new WhatIf(data, schema, statisticsOf(fork));
  try {
    const planningMsMax = request.withRewrites ? PLANNING_WITH_REWRITES_MS_MAX : PLANNING_MS;
    const planningMs = Math.max(Math.min(PLANNING_MS, budgetMs / 3), Math.min(until(ends.planning), planningMsMax));
    const planningEndMs = elapsed() + planningMs;
    const totalMs = measured.reduce((sum, { frequency, beforeMs }) => sum + frequency * beforeMs, 0) || 1;
    const weights = measured.reduce((sum, { frequency }) => sum + frequency, 0) || 1;
    const shareOf = ({ frequency, beforeMs }: MeasuredQuery): number =>
      frequency / weights + (frequency * beforeMs) / totalMs;
    measured.sort((a, b) => shareOf(b) - shareOf(a));
    const rules = new RewriteStage(tools, rack);
    const planned = measured.map((query) => ({
      weight: shareOf(query),
      texts: [
        { sql: query.samples[0]?.sql ?? '', uses: query.uses },
        ...(request.withRewrites ? rules.propose(query) : []),
      ],
    }));
    const planning = prune(planned, existing, schema, whatIf, budgetBytes, () => planningEndMs - elapsed());
    let pruned = planning.next();
    for (; !pruned.done; pruned = planning.next())
      yield progress('planning', `Putting candidates before the planner: ${pruned.value.plans} plans`);
    const { survivors, best, considered, left } = pruned.value;
    if (left > 0) notes.push(`No candidates were made for ${left} of the statements that take least: time ran out.`);

    // ---- built and measured ----
    const building = buildIndexes(survivors, rack, budgetBytes, () => until(ends.building), notes);
    let step = building.next();
    for (; !step.done; step = building.next())
      yield progress('building', `Building ${step.value.name} on a copy (${step.value.built + 1})`);
    const built = step.value;

    yield progress('choosing', 'Choosing among sets of indexes');
    let choosingEnd = ends.choosing;
    const choice = new MeasuredChoice(rack, {
      data,
      queries: measured,
      built,
      best,
      tables: hadStatistics ? null : whatIf.tablesWithRows().map(foldCase),
      writes: workload.writes,
      sample: (table) => whatIf.sample(table),
      budgetBytes,
      isLate: () => until(choosingEnd) <= 0,
    });
    let set = choice.choose();
    if (request.withRewrites) {
      // What no rule proposes anything for has nothing to prove.
      const open = measured.flatMap((query, statement) =>
        (planned[statement]?.texts.length ?? 0) > 1 ? [{ query, statement }] : [],
      );
      const proving = rules.proveFor(choice, set, open, () => until(ends.rewriting));
      let proof = proving.next();
      for (; !proof.done; proof = proving.next())
        yield progress('rewriting', `Looking for a proved rewrite of ${proof.value.fingerprint.slice(0, 60)}`);
      choosingEnd = SETTLING_END;
      if (proof.value) {
        yield progress('choosing', 'Choosing again, with the rewrites');
        set = choice.choose();
      }
    }

    // ---- compared with the data as it is ----
    const compared = new Map<string, StatementAdvice>();
    const statementsNow = function* (): Steps<StatementAdvice[]> {
      choice.show(set);
      const names = choice.indexes(set).map(({ name }) => name);
      const all: StatementAdvice[] = [];
      for (const [index, query] of measured.entries()) {
        const text = choice.proved(index);
        const plans = [...query.samples, ...(text?.samples ?? [])].map(({ sql }) => planKey(fork.plan(sql)));
        const key = [index, ...plans].join('\n');
        let advice = compared.get(key);
        if (!advice) {
          yield progress('checking', `Comparing ${index + 1} of ${measured.length} with the data as it is`);
          const share = Math.max(5, until(ends.checking) / Math.max(1, measured.length - index));
          advice = statementAdvice(query, text, data, fork, share);
        }
        compared.set(key, advice);
        const used = names.filter((name) =>
          advice.planAfter.some(({ detail }) => `${detail} `.includes(` INDEX ${name} `)),
        );
        all.push({ ...advice, indexes: used });
      }
      return all;
    };
    let statements = yield* statementsNow();
    // Where the comparison shows what a few runs did not, it corrects what they said, and the choice is made again.
    for (let round = 1; round <= CORRECTIONS_MAX; round++) {
      const harmed = statements.flatMap(({ gain }, index) => (gain && isSlower(gain) ? [{ gain, index }] : []));
      if (harmed.length === 0) break;
      for (const { gain, index } of harmed) choice.correct(index, set, (measured[index]?.beforeMs ?? 0) / gain.ratio);
      // At last nothing is better than harm.
      set = round < CORRECTIONS_MAX ? (round === 1 ? choice.choose() : choice.harmless(set)) : [];
      statements = yield* statementsNow();
    }
    const harms = harmsOf(measured, built, set, choice, { data, read, schema, leftMs: () => until(ends.checking) });

    const chosen = choice.indexes(set);
    const analysed = choice.analysed(set);
    const fidelity = fidelityOf(measured, chosen, { whatIf, rack, analysed });
    const indexes = chosen.map((one): AdvisedIndex => ({
      name: one.name,
      ddl: one.ddl,
      table: one.candidate.table,
      parts: [...one.candidate.parts],
      where: one.candidate.where,
      reason: one.candidate.reason,
      bytes: one.bytes,
      buildMs: one.buildMs,
      writeUsPerRow: writeCostOf(fork, rack, one, schema),
      usedBy: statements
        .filter((statement) => statement.indexes.includes(one.name))
        .map(({ fingerprint }) => fingerprint),
    }));
    for (const { query, why } of refused)
      statements.push(unread(query.fingerprint, query.samples[0]?.sql ?? '', query.frequency, why));
    const analyze = analyzeOf(analysed, whatIf.tablesWithRows());
    const applySql = applyScript([...indexes.map(({ ddl }) => ddl), ...(analyze?.ddls ?? [])]);
    const undoSql = undoScript(
      indexes.map(({ name }) => name),
      analyze !== null,
      hadStatistics,
    );
    // Of all that could be read, of writes too, and with what is advised: statistics may bring an index into use.
    const texts = [...queries.flatMap(({ samples }) => samples.map(({ sql }) => sql)), ...workload.writeTexts];
    choice.show(set);
    const plans = texts.flatMap((sql) => [plansOf(data, sql), plansOf(fork, sql)]);
    const usedNames = usedIndexes(existing, [...plans, ...statements.map(({ planAfter }) => planAfter)]);
    const tablesWithoutStatistics = hadStatistics ? [] : whatIf.tablesWithRows();
    return {
      statements,
      indexes,
      analyze: analyze && { ddl: analyze.ddls.join('; '), reason: analyze.reason },
      harms,
      findings: findingsOf(existing, usedNames, tablesWithoutStatistics),
      applySql,
      undoSql,
      checkSql: checkScript(statements.flatMap(checkedOf), applySql, undoSql),
      totals: totalsOf(statements, indexes, dataBytes),
      candidates: { considered, built: built.length },
      fidelity,
      notes,
      elapsedMs: elapsed(),
    };
  } finally {
    whatIf.close();
  }
}

/** None where SQLite refuses the text. */
function plansOf(sandbox: Sandbox, sql: string): PlanNode[] {
  try {
    return sandbox.plan(sql);
  } catch {
    return [];
  }
}

/** Statistics of all tables, or of some where those of others do harm; null for none. */
function analyzeOf(
  analysed: readonly string[] | null,
  tables: readonly string[],
): { ddls: string[]; reason: string } | null {
  const chosen = tables.filter((table) => analysed?.includes(foldCase(table)) ?? true);
  if (chosen.length === 0) return null;
  const told = 'Tells the planner how many rows each index finds: its plans were measured with it.';
  if (chosen.length === tables.length) return { ddls: ['ANALYZE'], reason: told };
  const others = tables.filter((table) => !chosen.includes(table));
  const reason = `${told} Not of ${others.join(', ')}: with those some statements are slower.`;
  return { ddls: chosen.map((table) => `ANALYZE ${quoted(table)}`), reason };
}
