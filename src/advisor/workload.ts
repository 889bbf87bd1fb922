/** From statements as they were seen to kinds of statement with their values and how often each runs. */
import type { Parameters } from '../database/protocol.ts';
import type { WorkloadStatement } from '../optimizer/advice.ts';
import { fingerprint } from '../sql/fingerprint.ts';
import { foldCase, identifierName, tokenize } from '../sql/tokens.ts';

/** Sets of values that one kind is judged with. */
export const SAMPLES_MAX = 3;

export interface SampleText {
  sql: string;
  parameters: Parameters;
}

export interface WorkloadQuery {
  fingerprint: string;
  frequency: number;
  samples: SampleText[];
}

export interface Workload {
  queries: WorkloadQuery[];
  /** Statements that write, by the folded name of their table. */
  writes: Map<string, number>;
  /** One text of each kind of them. */
  writeTexts: string[];
  /** Neither reads nor writes: not looked at. */
  others: number;
}

/** Most frequent kinds first. */
export function workloadOf(statements: readonly WorkloadStatement[]): Workload {
  const queries = new Map<string, WorkloadQuery>();
  const writes = new Map<string, number>();
  const writeTexts = new Map<string, string>();
  let others = 0;
  for (const { sql, parameters = [], frequency = 1 } of statements) {
    if (!(frequency > 0)) continue;
    const words = wordsOf(sql);
    const written = writtenTable(words);
    if (written !== null) {
      writes.set(written, (writes.get(written) ?? 0) + frequency);
      writeTexts.set(fingerprint(sql), sql);
    } else if (/^(select|with|values)$/.test(words[0] ?? '')) {
      const kind = fingerprint(sql);
      const query = queries.get(kind) ?? { fingerprint: kind, frequency: 0, samples: [] };
      query.frequency += frequency;
      const isNew = !query.samples.some((one) => one.sql === sql && sameValues(one.parameters, parameters));
      if (isNew && query.samples.length < SAMPLES_MAX) query.samples.push({ sql, parameters });
      queries.set(kind, query);
    } else if (words.length > 0) others++;
  }
  const ordered = [...queries.values()].sort((a, b) => b.frequency - a.frequency);
  return { queries: ordered, writes, writeTexts: [...writeTexts.values()], others };
}

/** Statements of a text that was pasted or opened: each once, comments and closing semicolons left out. */
export function statementsOf(text: string): WorkloadStatement[] {
  const found: WorkloadStatement[] = [];
  let start: number | null = null;
  let end = 0;
  for (const token of tokenize(text)) {
    if (text.slice(token.start, token.end) === ';') {
      if (start !== null) found.push({ sql: text.slice(start, end) });
      start = null;
      continue;
    }
    start ??= token.start;
    ({ end } = token);
  }
  if (start !== null) found.push({ sql: text.slice(start, end) });
  return found;
}

function wordsOf(sql: string): string[] {
  return tokenize(sql).map((token) => foldCase(identifierName(sql.slice(token.start, token.end))));
}

/** The table that a statement writes to; null for one that does not, or that goes by another way than its first words. */
function writtenTable(words: readonly string[]): string | null {
  const rest = words.filter((word) => !/^(or|rollback|abort|replace|fail|ignore)$/.test(word));
  const [first, second, third] = rest;
  const after = (index: number): string | null => (rest[index + 1] === '.' ? rest[index + 2] : rest[index]) ?? null;
  if (first === 'insert' && second === 'into') return after(2);
  if (words[0] === 'replace' && first === 'into') return after(1);
  if (first === 'delete' && second === 'from') return after(2);
  if (first === 'update' && third !== undefined) return after(1);
  return null;
}

function sameValues(one: Parameters, other: Parameters): boolean {
  const told = (parameters: Parameters): string =>
    JSON.stringify(parameters, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
  return told(one) === told(other);
}
