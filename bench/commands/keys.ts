/** The cache's key over corpora: equal keys give equal results, and which spellings of one query fall together. */
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Random } from '../../src/core/ports.ts';
import { createRandom } from '../../src/core/random.ts';
import type { Connection } from '../../src/database/connection.ts';
import { foldCase, tokenize } from '../../src/sql/tokens.ts';
import { openEmpty } from '../../src/optimizer/connection-sandbox.ts';
import { list, number, UsageError, type Command, type Progress } from '../command.ts';
import { emptyKeyReport, EqualKeys, type KeyReport } from '../equal-keys.ts';
import { readLines, readText } from '../files.ts';
import { sqliteModule } from '../sandbox.ts';
import { altered, spelled, SPELLINGS, type Names, type Spelling } from '../spellings.ts';
import { parseLogicTest } from '../sqllogictest.ts';

type Together = Record<Spelling, { asked: number; together: number }>;

export interface KeysReport extends KeyReport {
  seed: number;
  /** Queries that were spelled in other ways, and of each way how many kept the key. */
  queries: number;
  spellings: Together;
  /** Texts that differ in one token, and of these how many have the key of the original: with the same rows, or they count above. */
  altered: { asked: number; together: number };
}

/** Statements in the order in which they are to be run; a new database for each list. */
interface Stream {
  name: string;
  statements: readonly string[];
  /** Rows of any kind are put into tables that are empty. */
  fills: boolean;
}

export const command: Command = {
  name: 'keys',
  summary: 'the key of the cache: equal keys give equal results, and which spellings of a query share one',
  options: [
    {
      name: 'corpus',
      type: 'list',
      required: true,
      help: 'files or folders: *.json ({setup, queries | pairs}), *.test[.gz] (sqllogictest), *.jsonl[.gz] ({blocks: [sql]})',
    },
    { name: 'altered', type: 'number', default: 6, help: 'texts with one token changed, for each query, 0 to 1000' },
    { name: 'queries', type: 'number', default: 300, help: 'of each file at most so many are spelled and altered' },
    { name: 'seed', type: 'number', default: 1, help: 'of rows, spellings and alterations' },
  ],
  async run(options, progress) {
    const alterations = number(options, 'altered');
    if (!(alterations >= 0 && alterations <= 1000))
      throw new UsageError(`--altered must be 0 to 1000, got ${alterations}.`);
    const seed = number(options, 'seed');
    const random = createRandom(seed);
    const module = await sqliteModule();
    const spellings = Object.fromEntries(SPELLINGS.map((kind) => [kind, { asked: 0, together: 0 }])) as Together;
    const report: KeysReport = {
      ...emptyKeyReport(),
      seed,
      queries: 0,
      spellings,
      altered: { asked: 0, together: 0 },
    };
    for (const path of list(options, 'corpus').flatMap(filesIn)) {
      let left = number(options, 'queries');
      for (const stream of streamsOf(path)) {
        const connection = openEmpty(module);
        left = runStream(stream, connection, random, alterations, left, report);
        connection.close();
      }
      told(path, report, progress);
    }
    return report;
  },
};

function told(path: string, report: KeysReport, progress: Progress): void {
  const { compared, texts, otherRows, otherOrder, otherNames } = report;
  progress(`${basename(path)}: ${texts} texts, ${compared} compared, ${otherRows + otherOrder + otherNames} differ`);
}

/** Returns how many queries may still be spelled in other ways. */
function runStream(
  { statements, fills }: Stream,
  connection: Connection,
  random: Random,
  alterations: number,
  left: number,
  report: KeysReport,
): number {
  const check = new EqualKeys(connection, report);
  let names: Names | null = null;
  if (fills) {
    for (const sql of statements) if (!isQuery(sql)) attempt(() => connection.exec(sql));
    fill(connection, literalsIn(statements), random);
  }
  for (const sql of statements.filter((one) => !fills || isQuery(one))) {
    const key = check.ask(sql);
    if (key === null) {
      // What cannot be stored may have written something.
      const kind = attempt(() => check.classifier.classify(sql).kind);
      if (kind === 'refused' || kind === undefined) continue;
      attempt(() => connection.run(sql, [], { deadlineMs: 2000 }));
      check.moved();
      names = null;
      continue;
    }
    if (left-- <= 0) continue;
    names ??= namesIn(connection);
    report.queries++;
    for (const kind of SPELLINGS) {
      const other = spelled(sql, kind, names, random);
      const otherKey = other === null ? null : check.ask(other);
      if (otherKey === null) continue;
      report.spellings[kind].asked++;
      if (otherKey === key) report.spellings[kind].together++;
    }
    for (let time = 0; time < alterations; time++) {
      const other = altered(sql, names, random);
      const otherKey = other === null ? null : check.ask(other);
      if (otherKey === null) continue;
      report.altered.asked++;
      if (otherKey === key) report.altered.together++;
    }
  }
  return left;
}

function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    // Some statements of test suites are meant to fail.
    return undefined;
  }
}

// ---- corpora ----

function filesIn(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path).filter((name) => /\.(json|jsonl|test)(\.gz)?$/.test(name));
    return names.sort().map((name) => join(path, name));
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${String(error)}`);
  }
}

function* streamsOf(path: string): Generator<Stream> {
  if (/\.test(\.gz)?$/.test(path)) {
    const statements = parseLogicTest(readText(path)).map(({ sql }) => sql);
    yield { name: basename(path), statements, fills: false };
  } else if (/\.jsonl(\.gz)?$/.test(path)) {
    for (const line of readLines(path)) {
      const { file, blocks } = JSON.parse(line) as { file: string; blocks: string[] };
      yield { name: file, statements: blocks.flatMap(split), fills: false };
    }
  } else {
    const read = JSON.parse(readText(path)) as Corpus | Corpus[];
    for (const { name, setup, queries, pairs } of Array.isArray(read) ? read : [read]) {
      const asked =
        queries?.map(({ sql }) => sql) ?? pairs?.flatMap(({ original, rewritten }) => [original, rewritten]);
      if (!Array.isArray(setup) || !asked)
        throw new UsageError(`${path} is no corpus: it has no setup, or no queries.`);
      yield { name: name ?? basename(path), statements: [...setup, ...asked], fills: true };
    }
  }
}

interface Corpus {
  name?: string;
  setup?: string[];
  queries?: { sql: string }[];
  pairs?: { original: string; rewritten: string }[];
}

/** By semicolons outside of quotes and triggers: near enough for what is run if it can be. */
function split(block: string): string[] {
  const statements: string[] = [];
  let start = 0;
  let depth = 0;
  for (const { kind, start: at, end } of tokenize(block)) {
    const word = kind === 'word' ? block.slice(at, end).toLowerCase() : '';
    if (word === 'trigger') depth = 1;
    else if (depth > 0 && word === 'end') depth = 0;
    else if (depth === 0 && block.slice(at, end) === ';') {
      statements.push(block.slice(start, at));
      start = end;
    }
  }
  statements.push(block.slice(start));
  return statements.map((sql) => sql.trim()).filter((sql) => sql !== '');
}

function isQuery(sql: string): boolean {
  return /^\s*(select|with|values)\b/i.test(sql);
}

// ---- content ----

function namesIn(connection: Connection): Names {
  const columns = attempt(() =>
    connection.query(
      `SELECT lower(c.name) FROM sqlite_schema s, pragma_table_info(s.name) c WHERE s.type IN ('table', 'view')`,
    ),
  );
  const tables = connection.query(`SELECT lower(name) FROM sqlite_schema WHERE type IN ('table', 'view')`);
  return {
    tables: new Set(tables.map(([name]) => foldCase(String(name)))),
    columns: new Set(columns?.map(([name]) => foldCase(String(name)))),
  };
}

/** What queries ask for, so that some rows are what they look for. */
function literalsIn(statements: readonly string[]): { words: string[]; numbers: number[] } {
  const words = new Set<string>();
  const numbers = new Set<number>([0, 1, 2, 3]);
  for (const sql of statements.filter(isQuery)) {
    for (const { kind, start, end } of tokenize(sql)) {
      const text = sql.slice(start, end);
      if (kind === 'string') words.add(text.slice(1, -1).replaceAll("''", "'"));
      else if (kind === 'integer' && text.length < 9) numbers.add(Number(text));
    }
  }
  return { words: [...words, 'a', 'A', 'b', ''], numbers: [...numbers] };
}

const ROWS = 8;

function fill(connection: Connection, { words, numbers }: ReturnType<typeof literalsIn>, random: Random): void {
  const tables = connection.query(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`);
  for (const [table] of tables) {
    const name = `"${String(table).replaceAll('"', '""')}"`;
    if (connection.number(`SELECT count(*) FROM ${name}`) > 0) continue;
    const types = connection
      .query(`SELECT type FROM pragma_table_info(?) ORDER BY cid`, [table])
      .map(([type]) => String(type).toUpperCase());
    for (let row = 0; row < ROWS; row++) {
      const values = types.map((type) => {
        const dice = random.below(10);
        if (dice === 0) return null;
        const few = numbers[random.below(Math.min(4, numbers.length))];
        if (/INT|REAL|FLOA|DOUB|DEC|NUM/.test(type)) return dice < 8 ? few : numbers[random.below(numbers.length)];
        return dice < 9 ? words[random.below(words.length)] : few;
      });
      attempt(() => connection.run(`INSERT OR IGNORE INTO ${name} VALUES (${values.map(() => '?').join()})`, values));
    }
  }
}
