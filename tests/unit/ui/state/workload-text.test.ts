/** A pasted workload: nothing of it is lost, and what is left out says where it stands and why. */
import { expect, it } from 'vitest';
import type { Classification, StatementSpan } from '../../../../src/engine/protocol.ts';
import { workloadOfText } from '../../../../src/ui/state/workload-text.ts';

const TEXT = `SELECT 1;
SELECT a FROM t; SELECT a FORM t;

SELECT a FROM t WHERE b = ?;
PRAGMA user_version;
ATTACH 'x' AS y;
INSERT INTO t VALUES (?);`;

const KINDS: Record<string, Partial<Classification> | null> = {
  'SELECT 1': { kind: 'read' },
  'SELECT a FROM t': { kind: 'read' },
  'SELECT a FORM t': null,
  'SELECT a FROM t WHERE b = ?': { kind: 'read', parameters: ['?'] },
  'PRAGMA user_version': { kind: 'pragma-read' },
  "ATTACH 'x' AS y": { kind: 'refused', refusal: 'ATTACH is not possible here.' },
  'INSERT INTO t VALUES (?)': { kind: 'write', parameters: ['?'] },
};

const spans = Object.entries(KINDS).map(([sql, given]): StatementSpan => {
  const start = TEXT.indexOf(`${sql};`);
  const error = given ? null : { message: 'near "FORM": syntax error', start: null, end: null };
  const classification = given && ({ parameters: [], refusal: null, ...given } as unknown as Classification);
  return { start, end: start + sql.length, sql, classification, error };
});

it('keeps queries and writes, and leaves out the rest with line and reason', () => {
  const { statements, leftOut } = workloadOfText(TEXT, spans);
  expect(statements.map(({ sql }) => sql)).toEqual(['SELECT 1', 'SELECT a FROM t', 'INSERT INTO t VALUES (?)']);
  expect(leftOut.map(({ line, why }) => `${line}: ${why}`)).toEqual([
    '2: near "FORM": syntax error.',
    '4: No values for ? stand in the text: write them in their places.',
    '5: It neither reads nor writes rows.',
    '6: ATTACH is not possible here.',
  ]);
  expect(statements.length + leftOut.length).toBe(spans.length);
});
