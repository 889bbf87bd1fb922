import { describe, expect, it } from 'vitest';
import { candidatesOf, keyOf, serves, type IndexCandidate } from '../../../src/advisor/candidates.ts';
import { mergedOf } from '../../../src/advisor/merge.ts';
import { usesOf } from '../../../src/advisor/uses.ts';
import { readSchema } from '../../../src/optimizer/read-schema.ts';
import { sandboxWith } from '../optimizer/sandbox.ts';
import { read, SHOP } from './support.ts';

const schema = readSchema(sandboxWith(SHOP));

function keys(sql: string, categories: readonly string[] = []): string[] {
  const text = read(sql);
  if (!text.ok) throw new Error(text.reason);
  const found = candidatesOf(usesOf(text.select, schema), [], (_table, part) => categories.includes(part));
  return found.map(
    ({ table, parts, where }) => `${table}(${parts.join(', ')})${where === null ? '' : ` where ${where}`}`,
  );
}

describe('candidates', () => {
  it.each([
    ['equality before range', "SELECT note FROM customers WHERE name > 'n' AND city = 'c'", 'customers(city, name)'],
    ['equality before the sort', 'SELECT id FROM orders WHERE paid = 1 ORDER BY day', 'orders(paid, day)'],
    ['all that is read', 'SELECT day FROM orders WHERE customer_id = 7', 'orders(customer_id, day)'],
    [
      'joins',
      'SELECT name FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.paid = 1',
      'orders(customer_id, paid)',
    ],
    ['groups', 'SELECT customer_id, count(*) FROM orders GROUP BY customer_id', 'orders(customer_id)'],
    ['distinct', 'SELECT DISTINCT city FROM customers', 'customers(city)'],
    ['ends', 'SELECT max(day) FROM orders WHERE customer_id = 1', 'orders(customer_id, day)'],
    ['expressions', "SELECT id FROM customers WHERE lower(name) = 'x'", 'customers(lower(name))'],
    ['NOCASE', "SELECT id FROM customers WHERE name LIKE 'name 1%'", 'customers(name COLLATE NOCASE)'],
    ['mixed directions', 'SELECT id FROM orders ORDER BY day, paid DESC', 'orders(day, paid DESC)'],
    [
      'correlated',
      'SELECT (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) FROM customers c',
      'orders(customer_id)',
    ],
    ['each side of an OR', "SELECT id FROM orders WHERE customer_id = 1 OR day = 'x'", 'orders(day)'],
  ])('%s', (_name, sql, wanted) => {
    expect(keys(sql)).toContain(wanted);
  });

  it('holds some rows alone only where a value is one of few', () => {
    const sql = 'SELECT day FROM orders WHERE paid = 1 AND customer_id = 7';
    expect(keys(sql, ['paid'])).toContain('orders(customer_id) where paid = 1');
    expect(keys(sql, []).some((one) => one.includes('where'))).toBe(false);
  });

  it.each(['SELECT name FROM customers WHERE id = 3', 'SELECT count(*) FROM customers', 'SELECT 1'])(
    'has none for %s',
    (sql) => {
      expect(keys(sql)).toEqual([]);
    },
  );

  it('has no doubles, and none that an index there begins with', () => {
    const text = read('SELECT day FROM orders WHERE customer_id = 7 ORDER BY day');
    if (!text.ok) throw new Error(text.reason);
    const there: IndexCandidate = { table: 'orders', parts: ['customer_id', 'day', 'paid'], where: null, reason: '' };
    const uses = usesOf(text.select, schema);
    const found = candidatesOf(uses, [there], () => true);
    expect(found.map(keyOf)).toEqual([...new Set(found.map(keyOf))]);
    expect(found.some((one) => serves(there, one))).toBe(false);
    expect(candidatesOf(uses, [], () => true).some((one) => serves(there, one))).toBe(true);
  });
});

describe('merging', () => {
  const index = (...parts: string[]): IndexCandidate => ({ table: 't', parts, where: null, reason: 'R.' });
  it('takes the parts of the first, then what the second has besides', () => {
    const merged = mergedOf([index('a', 'b'), index('a', 'c')]);
    expect(merged.map(({ parts }) => parts)).toEqual([
      ['a', 'b', 'c'],
      ['a', 'c', 'b'],
    ]);
  });
  it('leaves apart what begins otherwise, holds other rows, or serves already', () => {
    expect(mergedOf([index('a'), index('b', 'a')])).toEqual([]);
    expect(mergedOf([index('a', 'b'), { ...index('a', 'c'), where: 'x = 1' }])).toEqual([]);
    expect(mergedOf([index('a'), index('a', 'b')])).toEqual([]);
  });
  it('knows what serves for what', () => {
    expect([serves(index('a', 'b'), index('a')), serves(index('a'), index('a', 'b'))]).toEqual([true, false]);
    expect(serves(index('A', 'B'), index('a', 'b'))).toBe(true);
    expect(serves({ ...index('a'), where: 'x = 1' }, index('a'))).toBe(false);
    expect(serves(index('a'), { ...index('a'), where: 'x = 1' })).toBe(true);
  });
});
