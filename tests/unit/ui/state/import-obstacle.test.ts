import { describe, expect, test } from 'vitest';
import { importObstacle, nameFaults, type ImportChoice } from '../../../../src/ui/state/import-obstacle.ts';

const column = (name: string, included = true): ImportChoice['columns'][number] => ({
  source: name,
  name,
  type: 'TEXT',
  included,
});
const choice = (change: Partial<ImportChoice> = {}): ImportChoice => ({
  format: 'csv',
  table: 'people',
  mode: 'create',
  into: 'open',
  columns: [column('id'), column('name')],
  present: [
    { name: 'Orders', type: 'table' },
    { name: 'totals', type: 'view' },
  ],
  ...change,
});

describe('what stands in the way of an import', () => {
  test('nothing, for a new table of named columns', () => {
    expect(importObstacle(choice())).toBeNull();
    expect(importObstacle(choice({ table: 'orders', mode: 'append' }))).toBeNull();
    expect(importObstacle(choice({ table: 'ORDERS', mode: 'replace' }))).toBeNull();
    expect(importObstacle(choice({ table: 'orders', into: 'new' }))).toBeNull();
    expect(importObstacle(choice({ format: 'sql', table: '', columns: [] }))).toBeNull();
  });

  test.each([
    [{ table: '  ' }, /needs a name/],
    [{ table: 'sqlite_mine' }, /SQLite’s own/],
    [{ table: 'orders' }, /named Orders exists/],
    [{ table: 'totals' }, /is a view/],
    [{ mode: 'append' as const }, /no table named people to add to/],
    [{ mode: 'replace' as const }, /no table named people to replace/],
    [{ columns: [column('id', false)] }, /at least one column/],
    [{ columns: Array.from({ length: 2_500 }, (_, at) => column(`c${at}`)) }, /at most 2,000 columns: leave out 500/],
    [{ columns: [column(' ')] }, /needs a name/],
    [{ columns: [column('Id'), column('x'), column('iD ')] }, /Two columns are named iD/],
  ])('%o', (change, message) => {
    expect(importObstacle(choice(change))).toMatch(message);
  });

  test('a column that is left out may have any name', () => {
    expect(importObstacle(choice({ columns: [column('id'), column('ID', false), column('', false)] }))).toBeNull();
  });

  test('more rows of a table need a column of it', () => {
    const present = [{ name: 'Orders', type: 'table', columns: [{ name: 'ID' }, { name: 'total' }] }];
    const append = { table: 'orders', mode: 'append' as const, present };
    expect(importObstacle(choice(append))).toBeNull();
    const columns = [column('id', false), column('name')];
    expect(importObstacle(choice({ ...append, columns }))).toMatch(/None of the columns .* Orders \(ID, total\)/);
  });

  test('each name says what is wrong with it', () => {
    expect(nameFaults([column('Id'), column('x'), column('iD '), column(' '), column('X', false)])).toEqual([
      'is there twice',
      null,
      'is there twice',
      'needs a name',
      null,
    ]);
  });
});
