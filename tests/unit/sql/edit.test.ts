/** A rewrite is an edit: what does not change keeps its spelling, its comments and its layout, and the text reads as the tree that is meant. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { and, conjunctsOf, type Core, type Expr, type Select } from '../../../src/sql/ast.ts';
import { TextEditor, type Edit } from '../../../src/sql/edit/edit.ts';
import { applied } from '../../../src/sql/edit/replacements.ts';
import { loadSqliteGrammar } from '../../../src/sql/parse/sqlite-grammar.ts';
import { printSelect } from '../../../src/sql/print.ts';
import { sameTree } from '../../../src/sql/shapes.ts';
import type { Spans } from '../../../src/sql/spans.ts';
import { isKeyword, tokenize } from '../../../src/sql/tokens.ts';
import { mapExprs, mapQueries, visit } from '../../../src/sql/walk.ts';
import { selects } from './trees.ts';

/** The reader that tells places. */
const read = await loadSqliteGrammar();

function placed(sql: string): { select: Select; spans: Spans } {
  const result = read(sql);
  if (!result.ok || !result.spans) throw new Error(`${sql}: ${result.ok ? 'without places' : result.reason}`);
  return { select: result.select, spans: result.spans };
}

function parsed(sql: string): Select {
  return placed(sql).select;
}

function edit(sql: string, change: (select: Select) => Select, names: readonly string[] = []): Edit {
  const { select, spans } = placed(sql);
  return new TextEditor(spans, select).edit(change(select), names, read);
}

/** The edit that makes the one of two texts of the other's tree. */
function towards(sql: string, other: string, names: readonly string[] = []): string {
  return edit(sql, () => parsed(other), names).sql;
}

const inCore = (change: (core: Core) => Partial<Core>) => (select: Select) => ({
  ...select,
  first: { ...select.first, ...change(select.first) },
});

describe('an edit', () => {
  const typed =
    'Select T.A, "b c" -- the second\nFrom  [t] As T\n  WHERE x=1 /* one */ And y   = 2\n    and z In (1,2)\nOrder By 1';
  it.each([
    ['nothing', typed, typed],
    ['a literal', typed.replace('y   = 2', 'y = 3'), typed.replace('y   = 2', 'y   = 3')],
    ['a condition less', typed.replace('/* one */ And y   = 2', ''), typed.replace(' /* one */ And y   = 2', '')],
    ['the first condition less', typed.replace('x=1 /* one */ And', ''), typed.replace('x=1 /* one */ And ', '')],
    ['a condition more', typed.replace('Order', 'and n Order'), typed.replace('(1,2)', '(1,2) AND n')],
    ['no WHERE', typed.replace(/WHERE[^]*2\)/, ''), typed.replace(/\n {2}WHERE[^]*2\)/, '')],
    ['no ORDER BY', typed.replace('Order By 1', ''), typed.replace('\nOrder By 1', '')],
    [
      'GROUP BY and LIMIT',
      typed.replace('Order By 1', 'group by q order by 1 limit 2'),
      `${typed.replace('(1,2)', '(1,2) GROUP BY q')} LIMIT 2`,
    ],
    ['DISTINCT', typed.replace('Select', 'select distinct'), typed.replace('Select', 'Select DISTINCT')],
    ['a source more', typed.replace('As T', 'as T cross join u'), typed.replace('As T', 'As T CROSS JOIN u')],
    [
      'another arm',
      typed.replace('Order', 'union all select 3, 4 Order'),
      typed.replace('(1,2)', '(1,2) UNION ALL SELECT 3, 4'),
    ],
    ['a value in a list', typed.replace('1,2', '1,5,2'), typed.replace('1,2', '1, 5,2')],
    ['a common table', `with n as (select 1) ${typed}`, `WITH n AS (SELECT 1) ${typed}`],
    ['brackets where they are needed', typed.replace('y   = 2', '(y or w)'), typed.replace('y   = 2', '(y OR w)')],
  ])('%s', (_what, other, expected) => {
    expect(towards(typed, other)).toBe(expected);
  });

  it('goes into subqueries, and keeps what is moved as it was typed', () => {
    const sql = 'select 1 from t where x in ( select  K from U -- keys\n where v=1)';
    expect(towards(sql, 'select 1 from t where x in (select K from U where v = 2)')).toBe(sql.replace('v=1', 'v=2'));
    expect(towards(sql, 'select 1 from t where exists (select  K from U where v=1)')).toBe(
      'select 1 from t where EXISTS (select  K from U -- keys\n where v=1)',
    );
  });

  it('drops brackets with the alternatives that they held', () => {
    expect(towards('select 1 where a and (b or c)', 'select 1 where a and b')).toBe('select 1 where a and b');
    expect(towards('select 1 where a and (b or c)', 'select 1 where a and (b or c or d)')).toBe(
      'select 1 where a and (b or c OR d)',
    );
  });

  it('gives a column whose text changes its old name, and no other', () => {
    const sql = 'select a+1, count(*) , c, *, d+1 from t';
    const names = ['a+1', 'count(*)', 'c', 'p', 'q', 'd+1'];
    expect(towards(sql, 'select a+2, count(*), c, *, d+2 from t', names)).toBe(
      'select a+2 AS `a+1`, count(*) , c, *, d+2 AS `d+1` from t',
    );
    expect(towards('select x from t', 'select t.x from t', ['x'])).toBe('select t.x from t');
  });

  it('tells the ranges that it replaces', () => {
    const { sql, replacements } = edit(
      typed,
      inCore(({ where }) => ({ where: and(conjunctsOf(where).slice(1)) })),
    );
    expect(replacements.map(({ start, end, text }) => [typed.slice(start, end), text])).toEqual([
      ['x=1 /* one */ And ', ''],
    ]);
    expect(applied(typed, replacements)).toBe(sql);
  });

  it('never lets two tokens grow together', () => {
    expect(towards('select a-b', 'select a - -c')).toBe('select a- -c');
    expect(towards('select(a)from t where(b)group by(c)', 'select a from t group by c')).toMatch(
      /^select\(a\)from t ?group by\(c\)$/,
    );
    expect(towards('select f(a)and b', 'select x and b')).toBe('select x and b');
  });
});

/** The text with other white space, comments and letters' case: the same tokens. */
const layouts = (sql: string): fc.Arbitrary<string> => {
  const tokens = tokenize(sql).map(({ start, end }) => sql.slice(start, end));
  const gap = fc.constantFrom(' ', ' ', '\n  ', ' /* c */ ', ' -- d\n', '\t');
  return fc
    .tuple(fc.array(gap, { minLength: tokens.length, maxLength: tokens.length }), fc.boolean())
    .map(([gaps, lower]) =>
      tokens.map((token, index) => (lower && isKeyword(token) ? token.toLowerCase() : token) + gaps[index]).join(''),
    );
};

/** Another tree than `select`: some of its parts changed, the rest the same objects. */
function changed(select: Select, donor: Select, picks: readonly number[]): Select {
  const donated: Expr[] = [];
  visit(donor, { expr: (expr) => void (expr.kind !== 'star' && donated.push(expr)) });
  const [kind, at, which] = picks;
  const other = donated[which % Math.max(1, donated.length)] as Expr | undefined;
  if (!other) return donor;
  const query = (change: (one: Select) => Select): Select => {
    let count = 0;
    return mapQueries(select, (one) => (count++ === at % 3 ? change(one) : one));
  };
  const core = (change: (one: Core) => Partial<Core>): Select =>
    query((one) => (one.first.values ? one : { ...one, first: { ...one.first, ...change(one.first) } }));
  switch (kind % 9) {
    case 0:
      return core(({ where }) => ({ where: where ? null : other }));
    case 1:
      return core(({ where }) => ({ where: and([...conjunctsOf(where), other]) }));
    case 2:
      return core(({ groupBy }) => ({ groupBy: groupBy.length > 0 ? [] : [other] }));
    case 3:
      return core((one) => ({ having: one.having ? null : other, distinct: !one.distinct }));
    case 4:
      return query((one) => ({ ...one, orderBy: one.orderBy.length > 0 ? one.orderBy.slice(1) : donor.orderBy }));
    case 5:
      return query((one) => ({ ...one, limit: one.limit ? null : other, offset: null }));
    case 6:
      return query((one) => {
        const ctes = one.ctes.length > 0 ? [] : donor.ctes;
        return { ...one, ctes, recursive: ctes.length > 0 && donor.recursive, rest: one.rest.slice(1) };
      });
    case 7:
      return core(({ columns }) => ({ columns: [{ expr: other, alias: 'added' }, ...columns.slice(at % 2)] }));
    default: {
      let count = 0;
      return mapExprs(select, (expr) => (expr.kind !== 'star' && count++ === at ? other : expr));
    }
  }
}

describe('any edit', () => {
  it('reads back to the tree that is meant, without a new print of everything', () => {
    const cases = selects.chain((select) =>
      fc.tuple(layouts(printSelect(select)), selects, fc.array(fc.nat(40), { minLength: 3, maxLength: 3 })),
    );
    let [edits, whole] = [0, 0];
    fc.assert(
      fc.property(cases, ([sql, donor, picks]) => {
        const { select: original, spans } = placed(sql);
        const target = changed(original, donor, picks);
        if (sameTree(original, target)) return;
        const { sql: text, select, replacements } = new TextEditor(spans, original).edit(target, [], read);
        if (!sameTree(parsed(text), select)) throw new Error(`${text}\nis not\n${printSelect(select)}`);
        expect(applied(sql, replacements)).toBe(text);
        edits++;
        if (replacements.length === 1 && replacements[0].end - replacements[0].start >= sql.trimEnd().length) whole++;
      }),
      { seed: 5_2028, numRuns: 300 },
    );
    expect(edits).toBeGreaterThan(200);
    expect({ whole }).toEqual({ whole: 0 });
  });
});
