/**
 * The whole engine against plain sql.js on the same statements: cache, replicas, rewrites and all must change nothing.
 * Results are compared statement by statement, as multisets of (storage class, value).
 */
import initSqlJs from 'sql.js';
import { createRandom } from '../src/core/random.ts';
import { rowsOf } from '../src/database/rows/columns.ts';
import type { ScriptOutcome } from '../src/engine/protocol.ts';
import { openLab } from './lab.ts';
import { nextRequest, SCHEMA } from './statements.ts';

export interface DifferentialReport {
  statements: number;
  differences: number;
  seed: number;
  hits: number;
  failedOnBoth: number;
  examples: { sql: string; expected: string; got: string }[];
}

const EXAMPLES_MAX = 5;

export async function differential(
  statements: number,
  seed: number,
  progress: (line: string) => void,
): Promise<DifferentialReport> {
  const lab = await openLab({ seed, change: { scaler: { minWorkers: 3, maxWorkers: 3 } } });
  // After the lab: sql.js gives one module per process, and the engine's must be the one with its hooks.
  const SQL = await initSqlJs();
  const reference = new SQL.Database();
  const report: DifferentialReport = { statements, differences: 0, seed, hits: 0, failedOnBoth: 0, examples: [] };
  try {
    const empty = new SQL.Database();
    empty.run('PRAGMA user_version = 1');
    await lab.call.openFile({ name: 'differential.sqlite', bytes: empty.export() });
    for (const sql of SCHEMA) {
      reference.run(sql);
      await lab.call.execute({ sql });
    }
    const random = createRandom(seed);
    for (let index = 0; index < statements; index++) {
      const { sql } = nextRequest(random);
      const expected = onReference(reference, sql);
      const outcome = await lab.call.execute({ sql });
      const got = onEngine(outcome);
      report.hits += outcome.outcomes.filter((one) => one.cacheHit).length;
      if (expected.failed && got.failed) report.failedOnBoth++;
      if (expected.text !== got.text || expected.failed !== got.failed) {
        report.differences++;
        if (report.examples.length < EXAMPLES_MAX)
          report.examples.push({ sql, expected: expected.text, got: got.text });
      }
      if ((index + 1) % 1000 === 0)
        progress(`${index + 1} of ${statements}: ${report.differences} differences, ${report.hits} hits`);
    }
    return report;
  } finally {
    lab.stop();
    reference.close();
  }
}

interface Answer {
  text: string;
  failed: boolean;
}

/** Statement by statement, as the engine promises: an open transaction at the end, or at an error, is rolled back. */
function onReference(database: initSqlJs.Database, sql: string): Answer {
  const results: string[] = [];
  let failed = false;
  try {
    for (const statement of database.iterateStatements(sql)) {
      const rows: unknown[][] = [];
      while (statement.step()) rows.push(statement.get());
      if (statement.getColumnNames().length > 0) results.push(canonical(rows));
    }
  } catch {
    failed = true;
  }
  try {
    database.run('ROLLBACK');
  } catch {
    // No transaction was open.
  }
  return { text: results.join(' | '), failed };
}

function onEngine({ outcomes, error }: ScriptOutcome): Answer {
  const results = outcomes.flatMap(({ result }) =>
    result && result.columns.length > 0 ? [canonical(rowsOf(result))] : [],
  );
  return { text: results.join(' | '), failed: error !== null };
}

function canonical(rows: readonly (readonly unknown[])[]): string {
  return rows
    .map((row) => row.map(shown).join(','))
    .sort()
    .join(';');
}

/** The storage class shows: 1 and '1' differ. Reals and integers of one value are told apart by SQLite's typeof elsewhere. */
function shown(value: unknown): string {
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`;
  return typeof value === 'bigint' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}
