import { describe, expect, it } from 'vitest';
import type { ForeignKeyReport, SchemaReport } from '../../../../src/engine/protocol.ts';
import {
  drawingOf,
  endText,
  orphanQuery,
  relationsOf,
  ROW_HEIGHT,
  stateText,
  TITLE_HEIGHT,
} from '../../../../src/ui/panels/data/relations.ts';

type Table = SchemaReport['tables'][number];

function table(
  name: string,
  columns: string,
  keys: [columns: string, parent: string, references: string][] = [],
): Table {
  return {
    name,
    type: 'table',
    sql: '',
    rowCount: 0,
    withoutRowid: false,
    strict: false,
    columns: columns.split(' ').map((column) => ({
      name: column.replace('!', ''),
      type: '',
      notNull: false,
      primaryKey: Number(column.endsWith('!')),
      hidden: false,
      default: null,
      generated: null,
    })),
    indexes: [],
    foreignKeys: keys.map(([own, parent, references]) => ({
      columns: own.split(' '),
      table: parent,
      references: references === '' ? [] : references.split(' '),
      onDelete: 'CASCADE',
      onUpdate: 'NO ACTION',
    })),
    triggers: [],
  };
}

const schemaOf = (...tables: Table[]): SchemaReport => ({ tables, schemaCookie: 1 });

const check = (
  from: string,
  columns: string,
  more: Partial<ForeignKeyReport['keys'][number]>,
): ForeignKeyReport['keys'][number] => ({
  table: from,
  columns: columns.split(' '),
  parent: 'p',
  parentColumns: ['id'],
  fault: null,
  orphans: 0,
  orphanRows: [],
  indexed: true,
  ...more,
});

describe('relations', () => {
  const schema = schemaOf(
    table('Place', 'id! name'),
    table('visit', 'id! at by_day guide', [
      ['at', 'place', 'id'],
      ['by_day', 'day', 'date'],
      ['guide', 'Place', 'name'],
      ['id', 'visit', 'id'],
    ]),
  );

  it('say what the check found, and nothing where there was none', () => {
    expect(relationsOf(schema, null).map(({ state, indexed }) => [state, indexed])).toEqual(
      Array.from({ length: 4 }, () => ['counting', null]),
    );
    const report = {
      enforced: false,
      keys: [
        check('visit', 'at', { orphans: 3, indexed: false }),
        check('visit', 'by_day', { fault: 'There is no table day.', orphans: 1 }),
        check('visit', 'guide', { orphans: null }),
        check('visit', 'id', {}),
      ],
    };
    const found = relationsOf(schema, report);
    expect(found.map(({ state }) => state)).toEqual(['orphans', 'faulty', 'unchecked', 'true']);
    expect(found.map(({ parent }) => parent)).toEqual(['Place', 'day', 'Place', 'visit']);
    expect(found.map(stateText)).toEqual([
      '3 rows without a parent',
      'cannot work: There is no table day. 1 row without a parent',
      'not counted, no time',
      'true',
    ]);
  });

  it('do not take over a check of an older schema', () => {
    const report = { enforced: false, keys: [check('visit', 'another', {}), check('visit', 'by_day', {})] };
    expect(relationsOf(schema, report).map(({ state }) => state)).toEqual(['counting', 'true', 'counting', 'counting']);
    expect(relationsOf(schema, report, false)[0].state).toBe('unchecked');
  });

  it('write a query for the rows without a parent', () => {
    const report = {
      enforced: false,
      keys: [check('visit', 'at', { orphans: 3 }), check('visit', 'by_day', { orphans: 1 })],
    };
    const [at, day, guide] = relationsOf(schema, report);
    expect(orphanQuery(at, schema.tables)).toBe(
      'SELECT c.* FROM "visit" AS c\nWHERE c."at" IS NOT NULL\n' +
        '  AND NOT EXISTS (SELECT 1 FROM "Place" AS p WHERE p."id" = +c."at") LIMIT 100;',
    );
    expect(orphanQuery(day, schema.tables)).toBe(
      'SELECT c.* FROM "visit" AS c\nWHERE c."by_day" IS NOT NULL LIMIT 100;',
    );
    expect(orphanQuery(guide, schema.tables)).toBeNull();
  });

  it('name their ends', () => {
    expect([endText('t', ['a']), endText('t', ['a', 'b']), endText('t', [])]).toEqual(['t.a', 't (a, b)', 't']);
  });
});

describe('the drawing', () => {
  it('shows key columns, those of relations, and tables that nobody made', () => {
    const schema = schemaOf(
      table('p', 'id! name code'),
      table('c', 'id! p_code lost other', [
        ['p_code', 'p', 'code'],
        ['lost', 'gone', 'x'],
      ]),
    );
    const { tables, links, note } = drawingOf(schema, relationsOf(schema, null));
    expect(note).toBeNull();
    expect(tables.map(({ id, exists, rows }) => [id, exists, rows.map(({ column }) => column).join()])).toEqual([
      ['p', true, 'id,code'],
      ['c', true, 'id,p_code,lost'],
      ['gone', false, 'x'],
    ]);
    const row = (at: number): number => TITLE_HEIGHT + ROW_HEIGHT * (at + 0.5);
    expect(links).toEqual([
      { from: 'c', to: 'p', fromY: row(1), toY: row(1) },
      { from: 'c', to: 'gone', fromY: row(2), toY: row(0) },
    ]);
  });

  it('leaves out loners where there are many tables, and says so', () => {
    const loners = Array.from({ length: 70 }, (_, at) => table(`alone${at}`, 'id!'));
    const schema = schemaOf(...loners, table('p', 'id!'), table('c', 'p', [['p', 'p', 'id']]));
    const { tables, note } = drawingOf(schema, relationsOf(schema, null));
    expect(tables.map(({ id }) => id)).toEqual(['p', 'c']);
    expect(note).toBe('Drawn are the 2 tables with relations, of 72.');
  });

  it('of more related tables than one can read has the busiest', () => {
    const many = Array.from({ length: 200 }, (_, at) => table(`t${at}`, 'id! up', [['up', `t${at >> 1}`, 'id']]));
    const schema = schemaOf(...many);
    const { tables, links, note } = drawingOf(schema, relationsOf(schema, null));
    expect(tables).toHaveLength(60);
    expect(tables.map(({ id }) => id)).toContain('t1');
    expect(links.every(({ from, to }) => [from, to].every((id) => tables.some((one) => one.id === id)))).toBe(true);
    expect(note).toContain('the 60 tables with the most relations, of 200');
  });
});
