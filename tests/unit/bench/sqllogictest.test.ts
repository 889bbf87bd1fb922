import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { directExecutor, runLogicTest } from '../../../bench/commands/sqllogictest.ts';
import { mismatch, parseLogicTest } from '../../../bench/sqllogictest.ts';
import { loadReader } from '../../../src/sql/parse/readers.ts';
import { sandboxWith } from '../optimizer/sandbox.ts';

const hash = createHash('md5').update('1\n2\n').digest('hex');
const FILE = `# a comment
hash-threshold 8

statement ok
CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL)

statement ok
INSERT INTO t VALUES (2, '', 0.5), (1, NULL, 9223372036854775807)

statement error
INSERT INTO t VALUES (1, 2, 3)

onlyif mysql
statement ok
NOT SQL

skipif sqlite
query I nosort
NOT SQL
----
1

query ITR rowsort label
SELECT * FROM t
----
1
NULL
9223372036854776000.000
2
(empty)
0.500

query I valuesort
SELECT a FROM t ORDER BY a DESC
----
2 values hashing to ${hash}

query I nosort
SELECT a FROM t ORDER BY a
----
2
1

onlyif sqlite
halt

statement ok
NOT REACHED
`;

describe('sqllogictest', () => {
  it('reads records, conditions and halt', () => {
    expect(parseLogicTest(FILE.replaceAll('\n', '\r\n')).map((one) => [one.kind, one.line])).toEqual([
      ['statement', 4],
      ['statement', 7],
      ['statement', 10],
      ['query', 23],
      ['query', 33],
      ['query', 38],
    ]);
  });

  it('runs the text as typed and every proved rewrite', async () => {
    const executor = directExecutor(sandboxWith(), await loadReader(), 60_000);
    const report = await runLogicTest('a file', parseLogicTest(FILE), executor, () => {});
    // The last query's expectation is wrong on purpose.
    expect(report.original).toEqual({ passed: 5, failed: 1 });
    expect(report.rewritten).toEqual({ changed: 1, passed: 1, failed: 0 });
    expect(report.failures).toEqual(['line 38: value 1 is 1 instead of 2']);
  });

  it('writes values as the reference driver does', () => {
    const record = {
      kind: 'query',
      line: 1,
      sql: '',
      types: 'ITRT',
      sort: 'nosort',
      expected: ['3', 'a@b', '2.000', '1.5'],
    } as const;
    expect(mismatch({ ...record, expected: [...record.expected] }, [[3.7, 'a\nb', 2n, 1.5]])).toBeNull();
  });
});
