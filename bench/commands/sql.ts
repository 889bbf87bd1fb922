/** What the optimizer makes of a corpus of queries, or of generated ones: read, round-tripped, rewritten, and whether any result differs. */
import { difference, orderCheckOf } from '../../src/optimizer/equal.ts';
import { normalise } from '../../src/optimizer/normalise.ts';
import { Optimizer } from '../../src/optimizer/optimize.ts';
import type { OptimizeReport } from '../../src/optimizer/protocol.ts';
import { checkRoundTrip } from '../../src/optimizer/guards/round-trip.ts';
import { messageOf, type Sandbox } from '../../src/optimizer/sandbox.ts';
import { loadNodeSqlParser } from '../../src/sql/parse/node-sql-parser.ts';
import type { Reader } from '../../src/sql/parse/reader.ts';
import { number, textOrNull, UsageError, type Command, type Progress } from '../command.ts';
import { readText } from '../files.ts';
import { tryGenerated } from '../generated.ts';
import { emptySandbox, sqliteModule } from '../sandbox.ts';

export interface SqlReport {
  queries: number;
  read: { nodeSqlParser: number; sqliteParser: number; none: number };
  roundTripped: number;
  rewritten: number;
  wrong: number;
  perQuery: QueryReport[];
}

export interface QueryReport {
  name: string;
  frontEnd: 'nodeSqlParser' | 'none';
  roundTripped: boolean;
  /** Rules of the rewrite that was proved and faster. */
  rules: string[];
  /** Every rule that proposed something, with what became of it. */
  tried: { rule: string; outcome: string; refusedBy: string | null }[];
  verdict: 'rewritten' | 'unchanged' | 'not-sqlite';
  reason: string | null;
  /** original / rewritten, warm. */
  ratio: number | null;
}

interface Corpus {
  name: string;
  setup: string[];
  queries: { name: string; sql: string }[];
}

export const command: Command = {
  name: 'sql',
  summary: 'What the optimizer reads, proves and rewrites of a corpus, or of generated queries.',
  options: [
    {
      name: 'corpus',
      type: 'string',
      help: 'a JSON file: {name, setup, queries} or an array of it; {setup, pairs} works too',
    },
    { name: 'generated', type: 'number', help: 'instead of a corpus: so many generated queries for each rule' },
    { name: 'seed', type: 'number', default: 1, help: 'of the generated queries' },
    { name: 'budget-ms', type: 'number', default: 2000, help: 'time for the proofs of one query' },
  ],
  async run(options, progress) {
    const module = await sqliteModule();
    const reader = await loadNodeSqlParser();
    const budgetMs = number(options, 'budget-ms');
    const path = textOrNull(options, 'corpus');
    if ((path === null) === (options.generated === null))
      throw new UsageError('sql needs either --corpus or --generated.');
    if (path === null) {
      const count = number(options, 'generated');
      if (!Number.isInteger(count) || count < 1)
        throw new UsageError(`--generated must be a positive integer, got ${count}.`);
      return tryGenerated(
        () => emptySandbox(module),
        reader,
        count,
        number(options, 'seed'),
        budgetMs,
        undefined,
        progress,
      );
    }
    const report: SqlReport = {
      queries: 0,
      read: { nodeSqlParser: 0, sqliteParser: 0, none: 0 },
      roundTripped: 0,
      rewritten: 0,
      wrong: 0,
      perQuery: [],
    };
    for (const corpus of corporaOf(path)) {
      const sandbox = emptySandbox(module);
      progress(`${corpus.name}: set up`);
      for (const statement of corpus.setup) sandbox.execute(statement);
      measureCorpus(corpus, sandbox, reader, budgetMs, report, progress);
      sandbox.close();
    }
    return report;
  },
};

function measureCorpus(
  corpus: Corpus,
  sandbox: Sandbox,
  reader: Reader,
  budgetMs: number,
  report: SqlReport,
  progress: Progress,
): void {
  const optimizer = new Optimizer(sandbox, reader);
  for (const { name, sql } of corpus.queries) {
    report.queries++;
    const one = queryReport(`${corpus.name}/${name}`, sql, sandbox, reader, optimizer);
    report.perQuery.push(one);
    report.read[one.frontEnd]++;
    if (one.roundTripped) report.roundTripped++;
    if (one.verdict === 'not-sqlite') continue;
    const found = optimizer.optimize(sql, [], { budgetMs });
    one.reason = found.unchangedReason;
    one.tried = found.attempts.flatMap((attempt) => triedOf(attempt));
    if (found.provedSql === null) continue;
    report.rewritten++;
    one.verdict = 'rewritten';
    one.rules = found.ruleIds;
    one.ratio =
      found.attempts.find((attempt) => attempt.rewrittenSql === found.provedSql)?.measurement?.ratioWarm ?? null;
    if (differs(sql, found.provedSql, sandbox, reader)) {
      report.wrong++;
      progress(`${one.name}: WRONG: ${found.provedSql}`);
    }
    progress(`${one.name}: ${found.ruleIds.join(', ')} ${one.ratio?.toFixed(1) ?? ''}x`);
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
  };
  try {
    const names = sandbox.columnNames(typed);
    const sql = normalise(typed, optimizer.schema, sandbox);
    const read = reader(sql);
    if (!read.ok) return { ...base, reason: read.reason };
    const { pass } = checkRoundTrip(sql, read.select, names, sandbox);
    return { ...base, frontEnd: 'nodeSqlParser', roundTripped: pass };
  } catch (error) {
    return { ...base, verdict: 'not-sqlite', reason: messageOf(error) };
  }
}

/** Asked once more, apart from the guards. */
function differs(sql: string, rewritten: string, sandbox: Sandbox, reader: Reader): boolean {
  const read = reader(sql);
  const order = read.ok ? orderCheckOf(read.select, sandbox.columnNames(sql)) : ({ kind: 'none' } as const);
  return difference(sandbox.run(sql, [], null), sandbox.run(rewritten, [], null), order) !== null;
}

function corporaOf(path: string): Corpus[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readText(path));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} is not JSON: ${messageOf(error)}`);
  }
  return (Array.isArray(parsed) ? parsed : [parsed]).map((one: unknown, index) => corpusOf(one, `${path} [${index}]`));
}

function corpusOf(value: unknown, where: string): Corpus {
  const wrong = (what: string): UsageError => new UsageError(`${where}: ${what}`);
  if (typeof value !== 'object' || value === null) throw wrong('an object was expected.');
  const { name, setup, queries, pairs } = value as Record<string, unknown>;
  const listed = Array.isArray(queries) ? queries : pairs;
  if (!Array.isArray(setup) || !Array.isArray(listed)) throw wrong('it needs "setup" and "queries", both lists.');
  return {
    name: typeof name === 'string' ? name : 'corpus',
    setup: setup.map(String),
    queries: listed.map((one: unknown, index) => {
      const query = (typeof one === 'object' && one !== null ? one : {}) as Record<string, unknown>;
      const sql = query.sql ?? query.original;
      if (typeof sql !== 'string') throw wrong(`query ${index} has no "sql".`);
      return { name: typeof query.name === 'string' ? query.name : String(index + 1), sql };
    }),
  };
}
