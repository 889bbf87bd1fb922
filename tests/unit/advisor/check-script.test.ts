import { describe, expect, it } from 'vitest';
import { checkScript } from '../../../src/advisor/check-script.ts';
import type { Parameters, SqlValue } from '../../../src/database/protocol.ts';
import { sandboxWith } from '../optimizer/sandbox.ts';

const ENDS = { before: true, after: true };
const ONE = { sql: 'SELECT a FROM t WHERE b = 1', parameters: [], rewrittenSql: null, ends: ENDS };

/** What stands under each heading. */
function partsOf(script: string): { before: string; after: string } {
  const [, rest = ''] = script.split("'=== before'");
  const [before = '', after = ''] = rest.split("'=== after'");
  return { before, after };
}

function times(text: string, line: string): number {
  return text.split('\n').filter((one) => one === line).length;
}

describe('the script to check with', () => {
  it('asks for the plan once and runs each statement twice, on both sides, without being run again itself', () => {
    const { before, after } = partsOf(checkScript([ONE], 'CREATE INDEX i ON t(b);', 'DROP INDEX i;'));
    for (const side of [before, after]) expect(times(side, `${ONE.sql};`)).toBe(3);
    expect(times(before, 'CREATE INDEX i ON t(b);')).toBe(1);
    expect(times(after, '-- DROP INDEX i;')).toBe(1);
  });

  it('runs the rewritten text after the advice', () => {
    const rewrittenSql = 'SELECT a FROM t WHERE b = 1 AND 1';
    const { before, after } = partsOf(checkScript([{ ...ONE, rewrittenSql }], '', ''));
    expect([times(before, `${ONE.sql};`), times(before, `${rewrittenSql};`)]).toEqual([3, 0]);
    expect([times(after, `${ONE.sql};`), times(after, `${rewrittenSql};`)]).toEqual([0, 3]);
  });

  it('does not run what did not end, but asks for its plan', () => {
    const { before, after } = partsOf(checkScript([{ ...ONE, ends: { before: false, after: true } }], '', ''));
    expect([times(before, `${ONE.sql};`), times(after, `${ONE.sql};`)]).toEqual([1, 3]);
    expect(times(before, `-- ${ONE.sql};`)).toBe(1);
  });

  it('puts the values of parameters where the command line takes them from', () => {
    const values: { parameters: Parameters; keys: string[] }[] = [
      { parameters: [3, "it's", 2.5, null, new Uint8Array([1, 255])], keys: ['?1', '?2', '?3', '?4', '?5'] },
      { parameters: { ':a': 3n, $b: 'x\ny' }, keys: [':a', '$b'] },
    ];
    for (const { parameters, keys } of values) {
      const insert = /INSERT INTO temp\.sqlite_parameters[\s\S]*?\);\n/.exec(
        checkScript([{ ...ONE, parameters }], '', ''),
      )?.[0];
      const sandbox = sandboxWith('CREATE TEMP TABLE shell_parameters(key TEXT PRIMARY KEY, value);');
      sandbox.execute((insert ?? '').replace('sqlite_parameters', 'shell_parameters'));
      const rows = sandbox.run('SELECT key, value FROM shell_parameters ORDER BY rowid', [], null).rows();
      const told = Object.values<SqlValue>(parameters as Record<string, SqlValue>).map((value) =>
        value === 3 ? 3n : value,
      );
      expect(rows).toEqual(keys.map((key, index) => [key, told[index]]));
      sandbox.close();
    }
  });
});
