/** Corpora of SQL: `{name, setup, queries}`, an array of it, `{setup, pairs}`, or one `{file, blocks}` a line: scripts whose SELECTs count. */
import { foldCase, tokenize } from '../src/sql/tokens.ts';
import { messageOf } from '../src/optimizer/sandbox.ts';
import { UsageError } from './command.ts';
import { readText } from './files.ts';

export interface Corpus {
  name: string;
  setup: string[];
  queries: { name: string; sql: string }[];
  /** Statements that stand between the queries, by the number of the query that they come before. */
  between: ReadonlyMap<number, readonly string[]>;
}

/** Throws `UsageError` for a file of another shape. */
export function corporaOf(path: string): Corpus[] {
  const text = readText(path);
  const lines = /\.jsonl(\.gz)?$/.test(path);
  let parsed: unknown;
  try {
    parsed = JSON.parse(lines ? `[${text.trim().split('\n').join(',')}]` : text);
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${messageOf(error)}`);
  }
  return (Array.isArray(parsed) ? parsed : [parsed]).map((one: unknown, index) => corpusOf(one, `${path} [${index}]`));
}

function corpusOf(value: unknown, where: string): Corpus {
  const wrong = (what: string): UsageError => new UsageError(`${where}: ${what}`);
  if (typeof value !== 'object' || value === null) throw wrong('an object was expected.');
  const { name, file, setup, queries, pairs, blocks } = value as Record<string, unknown>;
  if (Array.isArray(blocks)) return scriptOf(typeof file === 'string' ? file : 'script', blocks.map(String));
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
    between: new Map(),
  };
}

function scriptOf(name: string, blocks: readonly string[]): Corpus {
  const queries: Corpus['queries'] = [];
  const between = new Map<number, string[]>();
  for (const statement of blocks.flatMap(statementsOf)) {
    if (/^(select|values|with)$/.test(statement.first))
      queries.push({ name: String(queries.length + 1), sql: statement.sql });
    else between.set(queries.length, [...(between.get(queries.length) ?? []), statement.sql]);
  }
  return { name, setup: [], queries, between };
}

/** The statements of a script: a trigger's own end with END. */
function statementsOf(script: string): { first: string; sql: string }[] {
  const statements: { first: string; sql: string }[] = [];
  let words: string[] = [];
  let start = 0;
  const finish = (end: number): void => {
    const sql = script.slice(start, end).trim();
    if (words.length > 0) statements.push({ first: words[0], sql });
    [words, start] = [[], end + 1];
  };
  for (const token of tokenize(script)) {
    const text = foldCase(script.slice(token.start, token.end));
    const inTrigger = words[0] === 'create' && words.slice(0, 3).includes('trigger') && words.at(-1) !== 'end';
    if (text === ';' && !inTrigger) finish(token.start);
    else words.push(text);
  }
  finish(script.length);
  return statements;
}
