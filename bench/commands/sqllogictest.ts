/**
 * sqllogictest files through the whole engine, cache on, with every text as typed, and again with every proved rewrite of
 * it run in its place.
 */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { loadReader } from '../../src/sql/parse/readers.ts';
import type { Reader } from '../../src/sql/parse/reader.ts';
import { emptyDatabase } from '../../src/database/file/snapshot-file.ts';
import { Optimizer } from '../../src/optimizer/optimize.ts';
import { messageOf, type Cell, type Sandbox } from '../../src/optimizer/sandbox.ts';
import { flag, number, textOrNull, UsageError, type Command, type Progress } from '../command.ts';
import { engineExecutor } from '../engine-executor.ts';
import { readText } from '../files.ts';
import { emptySandbox, sqliteModule } from '../sandbox.ts';
import { mismatch, parseLogicTest, type LogicRecord } from '../sqllogictest.ts';

export interface LogicReport {
  file: string;
  records: number;
  original: { passed: number; failed: number };
  rewritten: { changed: number; passed: number; failed: number };
  /** Through the engine: queries asked (rewrites too), each twice, and second answers that came from the cache. */
  cache?: { queries: number; hits: number };
  failures: string[];
}

/** Runs statements and answers queries: SQLite directly, or anything that stands before it. */
export interface Executor {
  execute(sql: string): void | Promise<void>;
  query(sql: string): Cell[][] | Promise<Cell[][]>;
  /** Other texts that are proved to mean the same; each must give the same result. */
  rewritesOf(sql: string): readonly string[];
}

export const command: Command = {
  name: 'sqllogictest',
  summary: 'sqllogictest files through the engine, cache on: as typed and with every proved rewrite run.',
  options: [
    { name: 'file', type: 'string', help: 'one sqllogictest file (gzip or plain)' },
    { name: 'dir', type: 'string', help: 'a folder of them (*.test, *.test.gz)' },
    { name: 'plain', type: 'flag', help: 'SQLite alone, without the engine and its cache' },
    { name: 'budget-ms', type: 'number', default: 800, help: 'time for the proofs of one query' },
  ],
  async run(options, progress) {
    const files = filesOf(textOrNull(options, 'file'), textOrNull(options, 'dir'));
    const module = await sqliteModule();
    const reader = await loadReader();
    const reports: LogicReport[] = [];
    for (const file of files) {
      const sandbox = emptySandbox(module);
      const direct = directExecutor(sandbox, reader, number(options, 'budget-ms'));
      const engine = flag(options, 'plain') ? null : await engineExecutor(direct, emptyDatabase(module));
      const records = parseLogicTest(readText(file));
      const report = await runLogicTest(basename(file), records, engine ?? direct, progress);
      reports.push(engine ? { ...report, cache: engine.asked } : report);
      engine?.stop();
      sandbox.close();
    }
    return reports.length === 1 && textOrNull(options, 'dir') === null
      ? reports[0]
      : { files: reports, ...totals(reports) };
  },
};

function filesOf(file: string | null, folder: string | null): string[] {
  if ((file === null) === (folder === null)) throw new UsageError('sqllogictest needs either --file or --dir.');
  if (file !== null) return [file];
  let names: string[];
  try {
    names = readdirSync(folder ?? '').filter((name) => /\.test(\.gz)?$/.test(name));
  } catch (error) {
    throw new UsageError(`${folder} cannot be read: ${messageOf(error)}`);
  }
  if (names.length === 0) throw new UsageError(`${folder} holds no *.test or *.test.gz file.`);
  return names.sort().map((name) => join(folder ?? '', name));
}

function totals(reports: readonly LogicReport[]): Omit<LogicReport, 'file' | 'failures' | 'cache'> {
  const sum = (of: (report: LogicReport) => number): number => reports.reduce((all, one) => all + of(one), 0);
  return {
    records: sum((one) => one.records),
    original: { passed: sum((one) => one.original.passed), failed: sum((one) => one.original.failed) },
    rewritten: {
      changed: sum((one) => one.rewritten.changed),
      passed: sum((one) => one.rewritten.passed),
      failed: sum((one) => one.rewritten.failed),
    },
  };
}

/** SQLite itself, with the optimizer's proved rewrites; whether they are faster is not asked. */
export function directExecutor(sandbox: Sandbox, reader: Reader, budgetMs: number): Executor {
  let optimizer: Optimizer | null = null;
  return {
    execute(sql) {
      sandbox.execute(sql);
      optimizer = null;
    },
    query: (sql) => sandbox.run(sql, [], null).rows(),
    rewritesOf(sql) {
      optimizer ??= new Optimizer(sandbox, reader);
      const report = optimizer.optimize(sql, [], { budgetMs, mustBeFaster: false });
      return report.attempts.flatMap((one) => (one.outcome === 'proved' && one.rewrittenSql ? [one.rewrittenSql] : []));
    },
  };
}

export async function runLogicTest(
  file: string,
  records: readonly LogicRecord[],
  executor: Executor,
  progress: Progress,
): Promise<LogicReport> {
  const report: LogicReport = {
    file,
    records: records.length,
    original: { passed: 0, failed: 0 },
    rewritten: { changed: 0, passed: 0, failed: 0 },
    failures: [],
  };
  const fail = (line: number, what: string): void => {
    if (report.failures.length < 50) report.failures.push(`line ${line}: ${what}`);
  };
  let lastTold = Date.now();
  for (const [index, record] of records.entries()) {
    if (Date.now() - lastTold > 5000) {
      lastTold = Date.now();
      progress(
        `${file}: ${index} of ${records.length} records, ${report.rewritten.passed} rewrites right, ${report.rewritten.failed} wrong`,
      );
    }
    if (record.kind === 'statement') {
      const error = await outcomeOf(() => executor.execute(record.sql));
      const wrong = (error !== null) !== record.mustFail;
      report.original[wrong ? 'failed' : 'passed']++;
      if (wrong) fail(record.line, error ?? 'an error was expected');
      continue;
    }
    const check = async (sql: string): Promise<string | null> => {
      let found: string | null = null;
      const error = await outcomeOf(async () => {
        found = mismatch(record, await executor.query(sql));
      });
      // A query that fails while it runs gives no values, which is what such records expect.
      return error !== null && record.expected.length === 0 ? null : (error ?? found);
    };
    const wrong = await check(record.sql);
    report.original[wrong ? 'failed' : 'passed']++;
    if (wrong) fail(record.line, wrong);
    const rewrites = executor.rewritesOf(record.sql);
    if (rewrites.length > 0) report.rewritten.changed++;
    for (const sql of rewrites) {
      const different = await check(sql);
      report.rewritten[different ? 'failed' : 'passed']++;
      if (different) fail(record.line, `rewritten: ${different}: ${sql}`);
    }
  }
  return report;
}

async function outcomeOf(run: () => unknown): Promise<string | null> {
  try {
    await run();
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
