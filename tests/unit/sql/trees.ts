/** Random trees over the whole of SELECT's grammar. They need mean nothing to any database: they are printed and read. */
import fc from 'fast-check';
import {
  BINARY_OPERATORS,
  JOIN_OPERATORS,
  type Core,
  type Cte,
  type Expr,
  type OrderTerm,
  type Select,
  type Source,
  type Window,
} from '../../../src/sql/ast.ts';

/** One depth for all that nests, so that trees stay small. */
const DEPTH = { maxDepth: 2, depthSize: 'xsmall', depthIdentifier: fc.createDepthIdentifier() } as const;

const name = fc.constantFrom(
  'a',
  'b',
  'key',
  'select',
  'x y',
  'tick`s',
  'größe',
  '😀',
  'over',
  'quote"d',
  'true',
  'Z9_$',
);
const plainName = name.filter((one) => !/^(true|false)$/i.test(one));
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.option(value, { nil: null, depthIdentifier: DEPTH.depthIdentifier });
/** A field that is absent where there is nothing. */
const absent = <Key extends string, Value>(
  key: Key,
  value: fc.Arbitrary<Value>,
): fc.Arbitrary<{ [K in Key]?: Value }> =>
  fc
    .option(value, { nil: undefined })
    .map((one) => (one === undefined ? {} : { [key]: one }) as { [K in Key]?: Value });
const some = <Value>(value: fc.Arbitrary<Value>, minLength: number, maxLength = 2): fc.Arbitrary<Value[]> =>
  fc.array(value, { minLength, maxLength, depthIdentifier: DEPTH.depthIdentifier });

const literal: fc.Arbitrary<Expr> = fc
  .constantFrom(
    '0',
    '1_000',
    '0x1F',
    '1e300',
    '.5',
    "'it''s'",
    "x'00fF'",
    'NULL',
    'TRUE',
    'CURRENT_DATE',
    '9223372036854775807',
  )
  .map((text) => ({ kind: 'literal', text }));
const parameter: fc.Arbitrary<Expr> = fc
  .constantFrom('?', '?7', ':n', '@n', '$n')
  .map((text) => ({ kind: 'parameter', text }));
const table = fc.record({ kind: fc.constant('table' as const), schema: maybe(name), name });

interface Tree {
  expr: Expr;
  query: Select;
  core: Core;
}

const { query } = fc.letrec<Tree>((tie: fc.LetrecTypedTie<Tree>) => {
  const expr = tie('expr');
  const inner = tie('query');
  const exprs = (least: number): fc.Arbitrary<Expr[]> => some(expr, least);
  const column: fc.Arbitrary<Expr> = fc.oneof(
    plainName.map((one) => ({ kind: 'column' as const, table: null, name: one })),
    fc.record({ kind: fc.constant('column' as const), table: name, name }),
    fc.record({ kind: fc.constant('column' as const), schema: name, table: name, name }),
  );
  const call = fc.record({ kind: fc.constant('function' as const), schema: maybe(name), name, args: exprs(0) });
  const orderTerm: fc.Arbitrary<OrderTerm> = fc
    .tuple(expr, fc.boolean(), absent('nulls', fc.constantFrom('FIRST' as const, 'LAST' as const)))
    .map(([one, descending, nulls]) => ({ expr: one, descending, ...nulls }));
  const before = fc.record({ at: fc.constant('PRECEDING' as const), distance: expr });
  const after = fc.record({ at: fc.constant('FOLLOWING' as const), distance: expr });
  const frame = fc.record({
    unit: fc.constantFrom('ROWS' as const, 'RANGE' as const, 'GROUPS' as const),
    start: fc.oneof(before, fc.constant({ at: 'PRECEDING' as const, distance: null })),
    end: maybe(fc.oneof(after, fc.constant({ at: 'CURRENT ROW' as const, distance: null }))),
    exclude: maybe(fc.constantFrom('NO OTHERS' as const, 'CURRENT ROW' as const, 'GROUP' as const, 'TIES' as const)),
  });
  const window: fc.Arbitrary<Window> = fc
    .tuple(
      absent(
        'base',
        plainName.filter((one) => one !== 'over'),
      ),
      exprs(0),
      some(orderTerm, 0),
      absent('frame', frame),
    )
    .map(([base, partitionBy, orderBy, framed]) => ({ ...base, partitionBy, orderBy, ...framed }));
  const source: fc.Arbitrary<Source> = fc
    .tuple(
      fc.constantFrom(...JOIN_OPERATORS.slice(1)),
      fc.oneof(table, table, call, inner),
      maybe(name),
      maybe(expr),
      maybe(fc.uniqueArray(name, { minLength: 1, maxLength: 2 })),
      absent('indexedBy', maybe(name)),
    )
    .map(([join, joined, alias, on, using, indexed]) => {
      const bare = join.startsWith('NATURAL');
      return {
        join,
        table: joined,
        alias,
        on: bare ? null : on,
        using: bare || on ? null : using,
        ...(joined.kind === 'table' ? indexed : {}),
      };
    });
  const from: fc.Arbitrary<Source[]> = some(source, 0, 3).map((sources) =>
    sources.map((one, index) => (index === 0 ? { ...one, join: 'first', on: null, using: null } : one)),
  );
  const bracketed: fc.Arbitrary<Source[]> = fc.tuple(from, from).map(([outside, inside]) =>
    inside.length < 2
      ? outside
      : [
          ...outside,
          {
            join: outside.length ? 'JOIN' : 'first',
            table: { kind: 'joins', from: inside },
            alias: null,
            on: null,
            using: null,
          },
        ],
  );
  const over = fc.oneof(
    fc.constant(null),
    fc.constant(null),
    window,
    plainName.filter((one) => one !== 'over'),
  );
  return {
    expr: fc.oneof(
      DEPTH,
      literal,
      parameter,
      column,
      fc.record({
        kind: fc.constant('unary' as const),
        operator: fc.constantFrom('NOT' as const, '-' as const, '+' as const, '~' as const),
        operand: expr,
      }),
      fc
        .record({
          operator: fc.constantFrom(...BINARY_OPERATORS),
          left: expr,
          right: expr,
          escape: expr,
          escaped: fc.boolean(),
        })
        .map(({ operator, left, right, escape, escaped }) => ({
          kind: 'binary' as const,
          operator,
          left,
          right,
          ...(escaped && /LIKE|GLOB|MATCH|REGEXP/.test(operator) ? { escape } : {}),
        })),
      fc.record({ kind: fc.constant('between' as const), not: fc.boolean(), operand: expr, low: expr, high: expr }),
      fc.record({
        kind: fc.constant('in' as const),
        not: fc.boolean(),
        operand: expr,
        choices: fc.oneof(exprs(0), inner),
      }),
      fc.record({
        kind: fc.constant('in-table' as const),
        not: fc.boolean(),
        operand: expr,
        table: fc.oneof(
          table,
          call.filter(({ args }) => args.length > 0),
        ), // without arguments it is a table
      }),
      fc.record({ kind: fc.constantFrom('exists' as const, 'scalar' as const), query: inner }),
      fc.record({ kind: fc.constant('row' as const), items: exprs(2) }),
      fc.record({
        kind: fc.constant('case' as const),
        operand: maybe(expr),
        branches: some(fc.record({ when: expr, then: expr }), 1),
        otherwise: maybe(expr),
      }),
      fc.record({
        kind: fc.constant('cast' as const),
        operand: expr,
        type: fc.constantFrom('INTEGER', 'unsigned big int', 'DECIMAL(10, 2)'),
      }),
      fc.record({ kind: fc.constant('collate' as const), operand: expr, collation: plainName }),
      fc
        .tuple(
          fc.constantFrom('count', 'f', 'sum', 'replace'),
          fc.boolean(),
          exprs(0),
          absent('orderBy', some(orderTerm, 1)),
          absent('filter', expr),
          over,
        )
        .map(([called, distinct, args, orderBy, filter, window]) => ({
          kind: 'call' as const,
          name: called,
          distinct: distinct && args.length === 1,
          args,
          ...(args.length > 0 ? orderBy : {}),
          ...filter,
          over: window,
        })),
      over.map((one) => ({
        kind: 'call' as const,
        name: 'count',
        distinct: false,
        args: [{ kind: 'star' as const, table: null }],
        over: one,
      })),
    ),
    core: fc.oneof(
      DEPTH,
      fc
        .tuple(
          fc.boolean(),
          some(fc.record({ expr, alias: maybe(name) }), 1, 3),
          bracketed,
          maybe(expr),
          exprs(0),
          maybe(expr),
          absent('windows', some(fc.record({ name: plainName.filter((one) => one !== 'over'), window }), 1)),
          maybe(name),
        )
        .map(([distinct, columns, sources, where, groupBy, having, windows, star]) => ({
          distinct,
          columns:
            star === null || sources.length === 0
              ? columns
              : [...columns, { expr: { kind: 'star' as const, table: star }, alias: null }],
          from: sources,
          where,
          groupBy,
          having,
          ...windows,
        })),
      fc.integer({ min: 1, max: 2 }).chain((width) =>
        some(fc.array(expr, { minLength: width, maxLength: width }), 1).map((values) => ({
          distinct: false,
          columns: [],
          from: [],
          where: null,
          groupBy: [],
          having: null,
          values,
        })),
      ),
    ),
    query: fc
      .tuple(
        fc.boolean(),
        fc.oneof(
          DEPTH,
          fc.constant<Cte[]>([]),
          fc
            .tuple(plainName, maybe(some(name, 1)), inner, absent('materialized', fc.boolean()))
            .map(([cte, columns, body, hint]): Cte[] => [{ name: cte, columns, query: body, ...hint }]),
        ),
        tie('core'),
        fc.oneof(
          DEPTH,
          fc.constant([]),
          some(
            fc.record({
              operator: fc.constantFrom(
                'UNION' as const,
                'UNION ALL' as const,
                'INTERSECT' as const,
                'EXCEPT' as const,
              ),
              core: tie('core'),
            }),
            1,
          ),
        ),
        some(orderTerm, 0),
        maybe(expr),
        maybe(expr),
      )
      .map(([recursive, ctes, first, rest, orderBy, limit, offset]) => ({
        kind: 'select' as const,
        recursive: recursive && ctes.length > 0,
        ctes,
        first,
        rest,
        orderBy,
        limit,
        offset: limit && offset,
      })),
  };
});

export const selects: fc.Arbitrary<Select> = query;
