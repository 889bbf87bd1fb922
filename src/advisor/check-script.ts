/** A script for one's own SQLite: the plans and times as they are, the advice, the plans and times after it. For sqlite3's command line. */
import type { Parameters } from '../database/protocol.ts';
import type { StatementAdvice } from '../optimizer/advice.ts';
import { cellSql, type Cell } from '../optimizer/sandbox.ts';
import { trimmed } from './script.ts';

export interface CheckedStatement {
  sql: string;
  /** What it is judged with here. */
  parameters: Parameters;
  /** To be used in place of it once the advice is there; null for the same. */
  rewrittenSql: string | null;
  /** It did not end here: as it is it is not run, and after the advice only where it ended then. */
  ends: { before: boolean; after: boolean };
}

/** As it was judged; what was not run here is not in it. */
export function checkedOf({ sql, parameters, rewrite, gain, note }: StatementAdvice): CheckedStatement[] {
  if (!gain) return [];
  const isStopped = note !== null;
  const ends = { before: !isStopped, after: !isStopped || gain.isAtLeast };
  return [{ sql, parameters, rewrittenSql: rewrite?.sql ?? null, ends }];
}

/** Changes the database that it is run on; it says so, and how to undo it. */
export function checkScript(statements: readonly CheckedStatement[], applySql: string, undoSql: string): string {
  const look = (when: 'before' | 'after'): string[] =>
    statements.flatMap(({ sql, parameters, rewrittenSql, ends }, index) => {
      const text = `${trimmed(when === 'after' ? (rewrittenSql ?? sql) : sql)};`;
      const run = ends[when]
        ? [text, text]
        : ['-- It did not end here in its time: take away the two hyphens to run it all the same.', ...commented(text)];
      return [
        `.print '--- ${index + 1}'`,
        ...bound(parameters),
        'EXPLAIN QUERY PLAN',
        text,
        '.timer on',
        ...run,
        '.timer off',
        '',
      ];
    });
  return [
    '-- For the sqlite3 command line, on a copy of your database: sqlite3 copy.db < this-file',
    '-- Each statement runs twice: read the second time, for the first run also reads pages from the disk.',
    '.timer off',
    ".print '=== before'",
    ...look('before'),
    ...(applySql.trim() === '' ? [] : [".print '=== the advice'", '.timer on', applySql.trim(), '.timer off']),
    ".print '=== after'",
    ...look('after'),
    ...(undoSql.trim() === '' ? [] : ['-- To undo it:', ...commented(undoSql.trim())]),
    '',
  ].join('\n');
}

/** The table is the command line's own: it takes the values of parameters from there. */
function bound(parameters: Parameters): string[] {
  const values = Array.isArray(parameters)
    ? parameters.map((value: unknown, index) => [`?${index + 1}`, value] as const)
    : Object.entries(parameters);
  if (values.length === 0) return [];
  const rows = values.map(([name, value]) => `(${cellSql(name)}, ${cellSql(cellOf(value))})`);
  return [
    '.parameter clear',
    '.parameter init',
    `INSERT INTO temp.sqlite_parameters(key, value) VALUES ${rows.join(', ')};`,
  ];
}

function cellOf(value: unknown): Cell {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : (value as Cell);
}

function commented(text: string): string[] {
  return text.split('\n').map((line) => `-- ${line}`);
}
