import { describe, expect, it } from 'vitest';
import { compare } from '../../../src/advisor/compare.ts';
import { sandboxWith } from '../optimizer/sandbox.ts';
import { SHOP } from './support.ts';

const text = (sql: string): { sql: string; parameters: [] } => ({ sql, parameters: [] });

describe('two sides by turns', () => {
  const [plain, indexed] = [sandboxWith(SHOP), sandboxWith(`${SHOP} CREATE INDEX i ON customers(city, name);`)];
  const query = text("SELECT name FROM customers WHERE city = 'city 5'");

  it('tells how much faster, and that the rows are the same', () => {
    const gain = compare(
      { sandbox: plain, text: query },
      { sandbox: indexed, text: query },
      { kind: 'none' },
      1000,
      false,
      500,
    );
    expect(gain.equalRows).toBe(true);
    expect(gain.interval[0]).toBeLessThanOrEqual(gain.ratio);
    expect(gain.interval[1]).toBeGreaterThanOrEqual(gain.ratio);
    expect(gain.pairs).toBeGreaterThanOrEqual(2);
    expect(gain.beforeSteps ?? 0).toBeGreaterThan(10 * (gain.afterSteps ?? Infinity));
    expect(gain.isAtLeast).toBe(false);
  });

  it('sees other rows', () => {
    const other = text("SELECT name FROM customers WHERE city = 'city 6'");
    const gain = compare(
      { sandbox: plain, text: query },
      { sandbox: indexed, text: other },
      { kind: 'none' },
      1000,
      false,
      50,
    );
    expect(gain.equalRows).toBe(false);
  });

  it('does not run again what is known to be slow, and counts its limit', () => {
    const endless = text('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n');
    const gain = compare(
      { sandbox: plain, text: endless },
      { sandbox: indexed, text: query },
      { kind: 'none' },
      700,
      true,
      50,
    );
    expect({ ms: gain.beforeMs, isAtLeast: gain.isAtLeast, rows: gain.equalRows }).toEqual({
      ms: 700,
      isAtLeast: true,
      rows: null,
    });
  });
});
