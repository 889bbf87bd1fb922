/**
 * SQLite's program for a text, normalised so that equal programs are equal strings. What the program does not show (blobs, digits of a REAL
 * beyond the sixteenth, names of parameters) is read from the tokens.
 */
import { tokenize } from '../sql/tokens.ts';
import type { Opcode, Sandbox } from './sandbox.ts';

/** One string per opcode, without addresses and comments. */
export function programOf(sandbox: Sandbox, sql: string): string[] {
  return sandbox.explain(sql).map(lineOf);
}

function lineOf({ opcode, p1, p2, p3, p4, p5 }: Opcode): string {
  // A virtual table stands there by its address.
  return [opcode, p1, p2, p3, p4.replace(/^vtab:.*$/, 'vtab'), p5].join(' ');
}

/** The literals of a text, byte for byte, sorted. */
export function literalTokens(sql: string): string[] {
  return textsOf(sql, /^(string|blob|integer|real)$/).sort();
}

/** The parameters of a text in order. */
export function parameterTokens(sql: string): string[] {
  return textsOf(sql, /^parameter$/);
}

function textsOf(sql: string, kinds: RegExp): string[] {
  return tokenize(sql)
    .filter((token) => kinds.test(token.kind))
    .map((token) => sql.slice(token.start, token.end));
}
