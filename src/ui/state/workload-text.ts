/** A text of statements as a workload: what can be advised for, and what is left out, each with its line and the reason. */
import type { StatementSpan, WorkloadStatement } from '../../engine/client.ts';

export interface LeftOut {
  /** From 1. */
  line: number;
  sql: string;
  /** A sentence. */
  why: string;
}

export interface WorkloadText {
  statements: WorkloadStatement[];
  leftOut: LeftOut[];
}

/** `spans` as the engine describes the text. Every statement of it is in one list or the other. */
export function workloadOfText(text: string, spans: readonly StatementSpan[]): WorkloadText {
  const read: WorkloadText = { statements: [], leftOut: [] };
  let line = 1;
  let counted = 0;
  for (const span of spans) {
    for (; counted < span.start; counted++) if (text[counted] === '\n') line++;
    const why = refusalOf(span);
    if (why === null) read.statements.push({ sql: span.sql });
    else read.leftOut.push({ line, sql: span.sql, why });
  }
  return read;
}

/** Null where it counts: queries, and writes, which say what an index costs. */
function refusalOf({ classification, error }: StatementSpan): string | null {
  if (!classification) return `${error?.message ?? 'SQLite cannot compile it'}.`;
  const { kind, refusal, parameters } = classification;
  if (kind === 'write') return null;
  if (kind !== 'read') return refusal ?? 'It neither reads nor writes rows.';
  if (parameters.length === 0) return null;
  return `No values for ${parameters.join(', ')} stand in the text: write them in their places.`;
}
