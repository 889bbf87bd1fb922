/**
 * Did we read what SQLite reads? The tree, printed unchanged, must give SQLite the same program, the same literals and parameters,
 * and the same column names. Says nothing about the rewrite, only that it starts from the right tree.
 */
import { printSelect } from '../../sql/print.ts';
import type { Select } from '../../sql/ast.ts';
import { identifierName, tokenize } from '../../sql/tokens.ts';
import type { Verdict } from '../protocol.ts';
import { literalTokens, parameterTokens, programOf } from '../bytecode.ts';
import { withNames } from '../names.ts';
import { messageOf, type Sandbox } from '../sandbox.ts';
import { pass, refuse, type Guard } from './guard.ts';

export const roundTrip: Guard = {
  id: 'round-trip',
  check: ({ original }, { sandbox, names }) => checkRoundTrip(original.sql, original.select, names, sandbox),
};

export function checkRoundTrip(sql: string, select: Select, names: readonly string[], sandbox: Sandbox): Verdict {
  let printed = printSelect(select);
  const [typed, kept] = [literalTokens(sql), literalTokens(printed)];
  const lost = missing(typed, kept).filter((text) => !isName(text, printed))[0] ?? missing(kept, typed)[0];
  if (lost !== undefined) return refuse('round-trip', `The literal ${lost} did not survive reading and printing.`);
  if (parameterTokens(sql).join(' ') !== parameterTokens(printed).join(' ')) {
    return refuse('round-trip', 'The parameters did not survive reading and printing in their order.');
  }
  try {
    const renamed = withNames(select, sandbox.columnNames(printed), names);
    if (!renamed) return refuse('round-trip', 'The names of the columns did not survive reading and printing.');
    printed = printSelect(renamed);
    if (sandbox.columnNames(printed).join('\n') !== names.join('\n')) {
      return refuse('round-trip', 'The names of the columns did not survive reading and printing.');
    }
    const before = programOf(sandbox, sql);
    const after = programOf(sandbox, printed);
    const differs = before.findIndex((line, index) => line !== after[index]);
    if (differs >= 0 || before.length !== after.length) {
      return refuse(
        'round-trip',
        `Printed unchanged, SQLite compiles it to another program from opcode ${Math.max(differs, 0)} on: it was misread.`,
      );
    }
    return pass(
      'round-trip',
      `Printed unchanged, SQLite compiles it to the same ${before.length} opcodes, with the same literals and names.`,
    );
  } catch (error) {
    return refuse('round-trip', `Printed unchanged, SQLite refuses it: ${messageOf(error)}.`);
  }
}

/** What is in `all` more often than in `among`. */
function missing(all: readonly string[], among: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const one of among) counts.set(one, (counts.get(one) ?? 0) + 1);
  return all.filter((one) => {
    const left = counts.get(one) ?? 0;
    counts.set(one, left - 1);
    return left <= 0;
  });
}

/** Whether a string of the typed text is a name in the printed one: SQLite takes `AS 'x'` for `AS x`. That strings keep their places shows in the program. */
function isName(literal: string, printed: string): boolean {
  if (!literal.startsWith("'")) return false;
  const name = literal.slice(1, -1).replaceAll("''", "'");
  return tokenize(printed).some(
    ({ kind, start, end }) => /^(word|backtick)$/.test(kind) && identifierName(printed.slice(start, end)) === name,
  );
}
