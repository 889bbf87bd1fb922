/** A script for one's own SQLite: the plans and times as they are, the advice, the plans and times after it. For sqlite3's command line. */
import { trimmed } from './script.ts';

export interface CheckedStatement {
  sql: string;
  /** Values are not in the text: they must be set before it runs. */
  hasParameters: boolean;
}

/** Changes the database that it is run on; it says so, and how to undo it. */
export function checkScript(statements: readonly CheckedStatement[], applySql: string, undoSql: string): string {
  const look = statements.flatMap(({ sql, hasParameters }, index) => {
    const text = trimmed(sql);
    const run = hasParameters
      ? [
          '-- It has parameters: set them with .parameter set, then take away the two hyphens.',
          ...commented(`${text};`),
        ]
      : [`${text};`];
    return [`.print '--- ${index + 1}'`, `EXPLAIN QUERY PLAN`, `${text};`, ...run, ''];
  });
  return [
    '-- For the sqlite3 command line, on a copy of your database: sqlite3 copy.db < this-file',
    '-- Run it twice and read the second times: the first run also reads pages from the disk.',
    '.timer off',
    ".print '=== before'",
    '.timer on',
    ...look,
    '.timer off',
    ".print '=== the advice'",
    '.timer on',
    applySql.trim(),
    ".print '=== after'",
    ...look,
    '-- To undo it:',
    ...commented(undoSql.trim()),
    '',
  ].join('\n');
}

function commented(text: string): string[] {
  return text.split('\n').map((line) => `-- ${line}`);
}
