/**
 * Did we read what SQLite reads? The tree, printed unchanged, must give SQLite the same program, the same literals and parameters,
 * and the same column names. Says nothing about the rewrite, only that it starts from the right tree.
 */
import { printSelect } from '../../sql/print.ts';
import type { Select } from '../../sql/ast.ts';
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
  const lost =
    missing(literalTokens(sql), literalTokens(printed)) ?? missing(literalTokens(printed), literalTokens(sql));
  if (lost !== null) return refuse('round-trip', `The literal ${lost} did not survive reading and printing.`);
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

function missing(all: string[], among: string[]): string | null {
  const left = [...among];
  for (const one of all) {
    const index = left.indexOf(one);
    if (index < 0) return one;
    left.splice(index, 1);
  }
  return null;
}
