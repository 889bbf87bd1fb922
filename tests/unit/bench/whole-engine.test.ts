/** Short seeded slices of the long checks that `measure` runs. */
import { describe, expect, it } from 'vitest';
import { inProcess } from '../../../bench/commands/chaos.ts';
import { directExecutor, runLogicTest } from '../../../bench/commands/sqllogictest.ts';
import { differential } from '../../../bench/differential.ts';
import { engineExecutor } from '../../../bench/engine-executor.ts';
import { emptySandbox, sqliteModule } from '../../../bench/sandbox.ts';
import { parseLogicTest } from '../../../bench/sqllogictest.ts';
import { emptyDatabase } from '../../../src/database/file/snapshot-file.ts';
import { loadReader } from '../../../src/sql/parse/readers.ts';

const silent = (): void => {};
/** Proofs of rewrites run in the same thread here: a busy machine needs its time. */
const TIMEOUT_MS = 120_000;

describe('the whole engine', () => {
  it(
    'answers as plain SQLite does, statement by statement',
    async () => {
      const report = await differential(500, 7, silent);
      expect(report).toMatchObject({ statements: 500, differences: 0, examples: [] });
      expect(report.hits).toBeGreaterThan(50);
      expect(report.parts).toBeGreaterThan(0);
      expect(report.concurrent).toBeGreaterThan(20);
    },
    TIMEOUT_MS,
  );

  it(
    'loses nothing when its workers die',
    async () => {
      const report = await inProcess(3, 7, silent);
      expect(report).toMatchObject({
        readsLost: 0,
        writesLost: 0,
        writesDoubled: 0,
        writesUntold: 0,
        replicasDiffer: 0,
      });
      expect(report.kills).toBeGreaterThan(3);
    },
    TIMEOUT_MS,
  );
});

describe('a sqllogictest file through the engine', () => {
  const FILE = `
statement ok
CREATE TABLE t (a INTEGER, b TEXT, c REAL)

statement ok
INSERT INTO t VALUES (1, 'x', 0.5), (2, NULL, 2), (9007199254740993, '', NULL)

query ITR nosort
SELECT a, b, c FROM t ORDER BY a
----
1
x
0.500
2
NULL
2.000
9007199254740993
(empty)
NULL

statement error
INSERT INTO nowhere VALUES (1)

statement ok
UPDATE t SET a = 3 WHERE b = 'x'

query I rowsort
SELECT a FROM t WHERE a < 100
----
2
3

query I nosort
SELECT a FROM t WHERE a = 3
----
4
`;

  it('asks each query twice, and tells what is not as written', async () => {
    const module = await sqliteModule();
    const sandbox = emptySandbox(module);
    const direct = directExecutor(sandbox, await loadReader(), 1);
    const engine = await engineExecutor(direct, emptyDatabase(module));
    const report = await runLogicTest('inline', parseLogicTest(FILE), engine, silent);
    engine.stop();
    sandbox.close();
    expect(report.original).toEqual({ passed: 6, failed: 1 });
    expect(report.failures).toEqual(['line 33: value 1 is 3 instead of 4']);
    expect(engine.asked.hits).toBe(engine.asked.queries);
  });
});
