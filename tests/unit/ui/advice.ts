/** A small piece of advice, and an engine that gives it, for tests of what shows it. */
import { vi } from 'vitest';
import type { DatabaseInfo, SchemaReport, StatementAdvice, WorkloadAdvice } from '../../../src/engine/protocol.ts';
import { AdvisorState } from '../../../src/ui/state/advisor.svelte.ts';
import type { EngineState } from '../../../src/ui/state/engine.svelte.ts';
import type { LabState } from '../../../src/ui/state/lab.svelte.ts';

export const SQL = 'SELECT a FROM t WHERE b = 1';

export const statementOf = (sql: string, beforeMs: number, afterMs: number, index: string | null): StatementAdvice => ({
  fingerprint: sql.toLowerCase(),
  sql,
  parameters: [],
  frequency: 1,
  samples: 1,
  indexes: index === null ? [] : [index],
  planBefore: [{ id: 1, parent: 0, depth: 0, detail: 'SCAN t', plain: 'Reads every row of t.', kind: 'scan' }],
  planAfter: [
    {
      id: 1,
      parent: 0,
      depth: 0,
      detail: `SEARCH t USING INDEX ${index} (b=?)`,
      plain: 'Finds rows of t.',
      kind: 'search',
    },
  ],
  gain: {
    beforeMs,
    afterMs,
    ratio: beforeMs / afterMs,
    interval: [beforeMs / afterMs / 2, (beforeMs / afterMs) * 2],
    coverage: 0.96,
    pairs: 7,
    beforeSteps: 1000,
    afterSteps: 10,
    isAtLeast: false,
    equalRows: true,
  },
  rewrite: null,
  note: null,
});

const indexOf = (name: string, part: string): WorkloadAdvice['indexes'][number] => ({
  name,
  ddl: `CREATE INDEX ${name} ON t(${part})`,
  table: 't',
  parts: [part],
  where: null,
  reason: `Finds the rows of t by ${part}.`,
  bytes: 4096,
  buildMs: 2,
  writeUsPerRow: 1.5,
  usedBy: [],
});

/** Two indexes, of which the second saves more. */
export const ADVICE: WorkloadAdvice = {
  statements: [statementOf(SQL, 10, 1, 't_b'), statementOf('SELECT b FROM t WHERE c = 1', 100, 1, 't_c')],
  indexes: [indexOf('t_b', 'b'), indexOf('t_c', 'c')],
  analyze: null,
  harms: [
    {
      fingerprint: 'select c from t',
      sql: 'SELECT c FROM t',
      ratio: 0.5,
      cause: 't_b',
      remedy: 'covering',
      remedySql: null,
      told: 'It would be slower with it.',
    },
  ],
  findings: [],
  applySql: '',
  undoSql: '',
  checkSql: '',
  totals: {
    beforeMs: 110,
    afterMs: 2,
    ratioTotal: 55,
    ratioGeometric: 30,
    slower: 0,
    indexBytes: 8192,
    dataBytes: 40_960,
  },
  candidates: { considered: 5, built: 3 },
  fidelity: { plans: 2, equal: 2 },
  notes: [],
  elapsedMs: 100,
};

/** `database` and `schema` are what the test makes of them; statements that write move the log by one. */
export function advisorWith(answer: () => Promise<WorkloadAdvice> = () => Promise.resolve(ADVICE)) {
  const database = {
    bytes: 40_960,
    source: { type: 'file', name: 'a.sqlite' },
    version: { historyId: 'h', logNumber: 1 },
  } as DatabaseInfo;
  const schema = { tables: [{ name: 't', sql: 'CREATE TABLE t (a, b, c)', indexes: [] }], schemaCookie: 1 };
  const engine = { database, schema: schema as unknown as SchemaReport };
  const indexes = engine.schema.tables[0].indexes;
  const write = (): void => {
    database.version = { ...database.version, logNumber: database.version.logNumber + 1 };
  };
  const runAside = vi.fn((sql: string) => {
    const made = /^CREATE INDEX (\w+)/.exec(sql)?.[1];
    const dropped = /^DROP INDEX IF EXISTS "(\w+)"/.exec(sql)?.[1];
    if (made === undefined && dropped === undefined) return Promise.reject(new Error(`Not expected: ${sql}`));
    if (made !== undefined) indexes.push({ name: made, unique: false, columns: [], sql });
    else indexes.splice(0, indexes.length, ...indexes.filter(({ name }) => name !== dropped));
    write();
    return Promise.resolve({ version: database.version });
  });
  const cancel = vi.fn();
  const start = vi.fn((_method: string, _request: unknown) => ({ done: answer(), cancel }));
  const call = {
    describe: vi.fn(),
    plan: vi.fn(() => Promise.resolve([{ detail: 'SEARCH t USING INDEX t_c (c=?)' }])),
    tryIndex: vi.fn(() => Promise.resolve({ beforeMs: 8, afterMs: 2, ratio: 4, equalRows: true })),
  };
  const client = { start, call };
  const refreshSchema = (): Promise<void> => Promise.resolve();
  const advisor = new AdvisorState(
    Object.assign(engine, { client, refreshSchema }) as unknown as EngineState,
    { runAside } as unknown as LabState,
  );
  return { advisor, database, indexes, write, start, cancel, runAside, call };
}
