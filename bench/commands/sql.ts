/** What the optimizer makes of a corpus of queries, or of generated ones: read, round-tripped, rewritten, and whether any result differs. */
import { difference, orderCheckOf } from '../../src/optimizer/equal.ts';
import { normalise } from '../../src/optimizer/normalise.ts';
import { Optimizer } from '../../src/optimizer/optimize.ts';
import type { OptimizeReport } from '../../src/optimizer/protocol.ts';
import { checkRoundTrip } from '../../src/optimizer/guards/round-trip.ts';
import { PROVED_RULES } from '../../src/optimizer/rules/registry.ts';
import type { Rule } from '../../src/optimizer/rules/rule.ts';
import { messageOf, type Sandbox } from '../../src/optimizer/sandbox.ts';
import type { Reader } from '../../src/sql/parse/reader.ts';
import { loadReader } from '../../src/sql/parse/readers.ts';
import { measureAnalysis } from '../analysis.ts';
import { flag, list, number, textOrNull, UsageError, type Command, type Progress } from '../command.ts';
import { tryGenerated } from '../generated.ts';
import { analysisTimes, measurePairs } from '../rewrite-pairs.ts';
import { emptySandbox, sqliteModule } from '../sandbox.ts';
import { corporaOf, type Corpus } from '../sql-corpora.ts';

export interface SqlReport {
  queries: number;
  /** Queries that SQLite accepts: the rest of the counts is about them. */
  accepted: number;
  /** By which reader alone, by both in agreement, or by none. */
  read: Record<FrontEnd, number>;
  /** Why some were not read, or did not round-trip, with how many. */
  reasons: Record<string, number>;
  roundTripped: number;
  rewritten: number;
  wrong: number;
  /** Until there was a first suggestion. */
  analysis: { medianMs: number; maxMs: number } | null;
  perQuery: QueryReport[];
}

type FrontEnd = 'nodeSqlParser' | 'sqliteParser' | 'both' | 'none';

export interface QueryReport {
  name: string;
  /** Told where it was not read or did not round-trip. */
  sql?: string;
  frontEnd: FrontEnd;
  roundTripped: boolean;
  /** Rules of the rewrite that was proved and faster. */
  rules: string[];
  /** Every rule that proposed something, with what became of it. */
  tried: { rule: string; outcome: string; refusedBy: string | null }[];
  verdict: 'rewritten' | 'unchanged' | 'not-sqlite';
  reason: string | null;
  /** original / rewritten, warm, with its interval and how sure it is; null where nothing was proved. */
  ratio: number | null;
  ratioInterval: [number, number] | null;
  confidence: 'high' | 'moderate' | 'low' | null;
  /** What the rewrite rests on; null where nothing was proved. */
  grade: 'worlds' | 'schema' | 'data' | null;
  /** Until there was a first suggestion; null for what SQLite refuses. */
  analysisMs: number | null;
}

const STATEMENT_MS_MAX = 2000;

export const command: Command = {
  name: 'sql',
  summary: 'What the optimizer reads, proves and rewrites of a corpus, or of generated queries.',
  options: [
    {
      name: 'corpus',
      type: 'string',
      help: 'a JSON file: {name, setup, queries} or an array of it; {setup, pairs} and lines of {file, blocks} work too',
    },
    { name: 'read-only', type: 'flag', help: 'only read and print: no rewrites' },
    { name: 'analysis', type: 'flag', help: 'only the time to the first suggestion, cold and warm: nothing is proved' },
    { name: 'rounds', type: 'number', default: 9, help: 'warm ones of --analysis' },
    {
      name: 'pairs',
      type: 'string',
      help: 'instead: a JSON file {setup, pairs} of queries and what a person made of them',
    },
    { name: 'generated', type: 'number', help: 'instead of a corpus: so many generated queries for each rule' },
    {
      name: 'databases',
      type: 'number',
      default: 50,
      help: 'on which each proved rewrite of a generated query is run',
    },
    { name: 'seed', type: 'number', default: 1, help: 'of the generated queries' },
    {
      name: 'only',
      type: 'list',
      help: 'with --generated: these rules; with --pairs: those pairs whose name holds one of these',
    },
    { name: 'budget-ms', type: 'number', default: 8000, help: 'time for the proofs of one query' },
  ],
  async run(options, progress) {
    const module = await sqliteModule();
    const reader = await loadReader();
    const budgetMs = number(options, 'budget-ms');
    const path = textOrNull(options, 'corpus');
    const pairs = textOrNull(options, 'pairs');
    const only = list(options, 'only');
    if ([path, pairs, options.generated].filter((one) => one !== null).length !== 1)
      throw new UsageError('sql needs one of --corpus, --pairs and --generated.');
    if (pairs !== null) return measurePairs(pairs, () => emptySandbox(module), reader, budgetMs, only, progress);
    if (path === null) {
      const count = number(options, 'generated');
      if (!Number.isInteger(count) || count < 1)
        throw new UsageError(`--generated must be a positive integer, got ${count}.`);
      const databases = number(options, 'databases');
      if (!Number.isInteger(databases) || databases < 1)
        throw new UsageError(`--databases must be a positive integer, got ${databases}.`);
      const seed = number(options, 'seed');
      const generated = { queriesPerRule: count, databases, seed, budgetMs, rules: rulesNamed(only) };
      return tryGenerated(() => emptySandbox(module), reader, generated, progress);
    }
    if (flag(options, 'analysis')) {
      const rounds = number(options, 'rounds');
      if (!Number.isInteger(rounds) || rounds < 1)
        throw new UsageError(`--rounds must be a positive integer, got ${rounds}.`);
      return measureAnalysis(corporaOf(path), () => emptySandbox(module), reader, rounds);
    }
    const report: SqlReport = {
      queries: 0,
      accepted: 0,
      read: { nodeSqlParser: 0, sqliteParser: 0, both: 0, none: 0 },
      reasons: {},
      roundTripped: 0,
      rewritten: 0,
      wrong: 0,
      analysis: null,
      perQuery: [],
    };
    for (const corpus of corporaOf(path)) {
      const sandbox = emptySandbox(module);
      progress(`${corpus.name}: set up`);
      for (const statement of corpus.setup) sandbox.execute(statement);
      measureCorpus(corpus, sandbox, reader, flag(options, 'read-only') ? null : budgetMs, report, progress);
      sandbox.close();
    }
    report.analysis = analysisTimes(report.perQuery.flatMap(({ analysisMs }) => analysisMs ?? []));
    return report;
  },
};

/** All where none is named. */
function rulesNamed(names: readonly string[]): readonly Rule[] {
  const unknown = names.find((name) => !PROVED_RULES.some(({ id }) => id === name));
  if (unknown !== undefined) throw new UsageError(`--only: there is no rule ${unknown} that is proved.`);
  return names.length === 0 ? PROVED_RULES : PROVED_RULES.filter(({ id }) => names.includes(id));
}

function measureCorpus(
  corpus: Corpus,
  sandbox: Sandbox,
  reader: Reader,
  /** Null to read only. */
  budgetMs: number | null,
  report: SqlReport,
  progress: Progress,
): void {
  let optimizer = new Optimizer(sandbox, reader);
  for (const [index, { name, sql }] of corpus.queries.entries()) {
    for (const statement of corpus.between.get(index) ?? []) attempt(sandbox, statement);
    if (corpus.between.has(index)) optimizer = new Optimizer(sandbox, reader);
    report.queries++;
    const one = queryReport(`${corpus.name}/${name}`, sql, sandbox, reader, optimizer);
    report.perQuery.push(one);
    if (one.verdict === 'not-sqlite') continue;
    report.accepted++;
    report.read[one.frontEnd]++;
    if (one.roundTripped) report.roundTripped++;
    else if (one.reason) report.reasons[one.reason] = (report.reasons[one.reason] ?? 0) + 1;
    if (budgetMs === null) continue;
    const found = optimizer.optimize(sql, [], { budgetMs });
    one.reason = found.unchangedReason;
    one.tried = found.attempts.flatMap((attempt) => triedOf(attempt));
    one.analysisMs = found.analysisMs;
    if (found.provedSql === null) continue;
    report.rewritten++;
    one.verdict = 'rewritten';
    one.rules = found.ruleIds;
    one.grade = found.chosen?.grade ?? null;
    const race = found.chosen?.measurement;
    if (race)
      Object.assign(one, {
        ratio: race.ratioWarm,
        ratioInterval: race.ratioInterval,
        confidence: race.confidence.words,
      });
    if (differs(sql, found.provedSql, optimizer, sandbox, reader)) {
      report.wrong++;
      progress(`${one.name}: WRONG: ${found.provedSql}`);
    }
    progress(`${one.name}: ${found.ruleIds.join(', ')} ${one.ratio?.toFixed(1) ?? ''}x`);
  }
}

/** A statement of a script: some are meant to fail. */
function attempt(sandbox: Sandbox, sql: string): void {
  try {
    sandbox.run(sql, [], STATEMENT_MS_MAX);
  } catch {
    // The script goes on without it.
  }
}

function triedOf(attempt: OptimizeReport['attempts'][number]): QueryReport['tried'] {
  if (attempt.outcome === 'not-applicable') return [];
  const refusedBy = attempt.verdicts.find((verdict) => !verdict.pass)?.guard ?? null;
  return [{ rule: attempt.ruleId, outcome: attempt.outcome, refusedBy }];
}

function queryReport(name: string, typed: string, sandbox: Sandbox, reader: Reader, optimizer: Optimizer): QueryReport {
  const base: QueryReport = {
    name,
    frontEnd: 'none',
    roundTripped: false,
    rules: [],
    tried: [],
    verdict: 'unchanged',
    reason: null,
    ratio: null,
    ratioInterval: null,
    confidence: null,
    grade: null,
    analysisMs: null,
  };
  try {
    const names = sandbox.columnNames(typed);
    const sql = normalise(typed, optimizer.schema, sandbox);
    const read = reader(sql);
    if (names.length === 0) return { ...base, verdict: 'not-sqlite', reason: 'It gives no rows.' };
    if (!read.ok) return { ...base, sql: typed, reason: read.reason };
    const { pass, evidence } = checkRoundTrip(sql, read.select, names, sandbox);
    const frontEnd = read.readers.length > 1 ? 'both' : (read.readers[0] ?? 'none');
    return pass ? { ...base, frontEnd, roundTripped: true } : { ...base, frontEnd, sql: typed, reason: evidence };
  } catch (error) {
    return { ...base, verdict: 'not-sqlite', reason: messageOf(error) };
  }
}

/** Asked once more, apart from the guards. */
function differs(sql: string, rewritten: string, { schema }: Optimizer, sandbox: Sandbox, reader: Reader): boolean {
  const read = reader(sql);
  const order = read.ok ? orderCheckOf(read.select, schema) : ({ kind: 'none' } as const);
  return difference(sandbox.run(sql, [], null), sandbox.run(rewritten, [], null), order) !== null;
}
