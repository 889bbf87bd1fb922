/** Queries that lean towards the rules about groups, extremes and windows. Some of them each rule must leave alone. */
import {
  chance,
  columnIn,
  columnName,
  condition,
  oneOf,
  predicate,
  reachOf,
  tableOf,
  where,
  type Generator,
  type Reach,
} from './generated-parts.ts';

export const GROUP_GENERATORS: Readonly<Record<string, Generator>> = {
  'min-max-split': (schema, random) => {
    const table = tableOf(schema, random);
    const column = (): string => `x.${columnName(table, random)}`;
    const value = (): string =>
      oneOf(
        [
          `min(${column()})`,
          `max(${column()})`,
          `max(${column()}) - min(${column()})`,
          `coalesce(min(${column()}), ${oneOf(['0', "'a'", '1.5'], random)})`,
        ],
        random,
      );
    const more = chance(4, random) ? [oneOf(['count(*)', `count(DISTINCT ${column()})`, 'sum(x.id)'], random)] : [];
    const asked = chance(2, random) ? [condition('x', table, random)] : [];
    const values = [value(), value(), ...more].map((one, at) => `${one} AS v${at}`).join(', ');
    if (chance(3, random)) {
      const other = tableOf(schema, random);
      const link = `x.${columnName(table, random)} = y.${columnName(other, random)}`;
      const inner = `(SELECT max(${column()}) || ',' || min(${column()}) FROM ${table.name} AS x${where([...asked, link])})`;
      return `SELECT y.id, ${inner} AS v FROM ${other.name} AS y`;
    }
    const query = `SELECT ${values} FROM ${table.name} AS x${where(asked)}`;
    return chance(5, random) ? `SELECT v0 FROM (${query}) WHERE v1 > 0` : query;
  },
  'group-by-reduction': (schema, random) => {
    const reach = reachOf(schema, 1 + random.below(2), random);
    const own = oneOf(reach.tables, random);
    const of = (one: Reach['tables'][number]): string => `${one.alias}.${columnName(one.table, random)}`;
    const keys = [
      `${own.alias}.${chance(3, random) ? columnName(own.table, random) : 'id'}`,
      of(own),
      ...(chance(2, random) ? [columnIn(reach, random)] : []),
      ...(chance(4, random) ? [`${of(own)} || '-'`] : []),
    ];
    // The first key is the one that may determine the others.
    const groupBy = chance(2, random) ? keys : keys.toReversed();
    const asked = chance(2, random) ? [...reach.conditions, predicate(reach, random)] : reach.conditions;
    const tail = `FROM ${reach.from}${where(asked)} GROUP BY ${groupBy.join(', ')}`;
    if (chance(3, random)) {
      const shown = keys.filter(() => !chance(8, random));
      return `SELECT ${shown.length === 0 ? '1' : shown.join(', ')} ${tail}${chance(3, random) ? ` ORDER BY ${keys[0]}` : ''}`;
    }
    const aggregate = oneOf(
      ['count(*)', `max(${columnIn(reach, random)})`, `count(${columnIn(reach, random)})`],
      random,
    );
    const having = chance(4, random) ? ` HAVING ${keys[1]} IS NOT NULL` : '';
    return `SELECT ${keys.slice(0, 2).join(', ')}, ${aggregate} AS n ${tail}${having}${chance(3, random) ? ` ORDER BY n, ${keys[1]}` : ''}`;
  },
  'row-number-one': (schema, random) => {
    const table = tableOf(schema, random);
    const column = (): string => `x.${columnName(table, random)}`;
    const partition = chance(6, random)
      ? ''
      : `PARTITION BY ${[column(), ...(chance(5, random) ? [column()] : [])].join(', ')} `;
    const terms = [...(chance(2, random) ? [column()] : []), ...(chance(3, random) ? [] : ['x.id'])];
    const order = (terms.length === 0 ? [column()] : terms)
      .map((one) => `${one}${oneOf(['', '', ' DESC', ' NULLS LAST', ' DESC NULLS FIRST'], random)}`)
      .join(', ');
    const asked = chance(2, random) ? [condition('x', table, random)] : [];
    const shown = chance(3, random) ? 'x.*' : `x.id, ${column()} AS c`;
    const numbered = `SELECT ${shown}, row_number() OVER (${partition}ORDER BY ${order}) AS n FROM ${table.name} AS x${where(asked)}`;
    const [source, before] = chance(3, random)
      ? ['numbered', `WITH numbered AS (${numbered}) `]
      : [`(${numbered})`, ''];
    const first = oneOf(
      ['d.n = 1', 'd.n = 1', 'd.n = 1', 'd.n <= 1', 'd.n < 2', 'd.n = 2', '(d.n = 1 OR d.id = 1)'],
      random,
    );
    if (!chance(3, random))
      return `${before}SELECT d.* FROM ${source} AS d WHERE ${first}${chance(4, random) ? ' AND d.id > 1' : ''}`;
    const other = tableOf(schema, random);
    const link = `d.id = y.${columnName(other, random)}`;
    return oneOf(
      [
        `${before}SELECT y.id, d.* FROM ${other.name} AS y LEFT JOIN ${source} AS d ON ${link} AND ${first}`,
        `${before}SELECT y.id, d.* FROM ${other.name} AS y LEFT JOIN ${source} AS d ON ${link} WHERE ${first}`,
        `${before}SELECT y.id, d.n FROM ${other.name} AS y JOIN ${source} AS d ON ${link} WHERE ${first}`,
      ],
      random,
    );
  },
  'window-for-self-join': (schema, random) => {
    const table = tableOf(schema, random);
    const integers = table.columns.filter(({ type }) => type.startsWith('INTEGER'));
    const any = (): string => columnName(table, random);
    const order = chance(2, random) ? 'id' : any();
    const keys = Array.from({ length: random.below(3) }, any);
    const operator = oneOf(['<=', '<=', '<', '>=', '>'], random);
    const links = [
      ...keys.map((key) => `u.${key} = t.${key}`),
      `u.${chance(12, random) ? any() : order} ${operator} t.${order}`,
    ];
    const [shared, more] = [chance(3, random), chance(5, random)].map((is) =>
      is ? condition('@', table, random) : null,
    );
    const of = (alias: string, one: string | null): string[] => (one === null ? [] : [one.replaceAll('@', alias)]);
    const present = chance(2, random) ? [order, ...keys].map((name) => `@.${name} IS NOT NULL`).join(' AND ') : null;
    const summed = chance(8, random) ? any() : oneOf(integers, random).name;
    const value = (alias: string): string =>
      oneOf(
        [
          'count(*)',
          `count(${alias}.${any()})`,
          `sum(${alias}.${summed})`,
          `avg(${alias}.${summed})`,
          `max(${alias}.${any()})`,
          `min(${alias}.${any()})`,
        ],
        random,
      );
    const inner = where([...links, ...of('u', shared), ...of('u', present), ...of('u', more)]);
    const outer = [
      ...of('t', shared),
      ...of('t', present),
      ...(chance(6, random) ? [condition('t', table, random)] : []),
    ];
    const scalar = (): string => {
      const made = oneOf(['@', '@', 'coalesce(@, 0)', '@ + 1'], random).replace('@', value('u'));
      return `(SELECT ${made} FROM ${table.name} AS u${inner})`;
    };
    if (!chance(3, random))
      return `SELECT t.id, ${scalar()} AS v${chance(3, random) ? `, ${scalar()} AS w` : ''} FROM ${table.name} AS t${where(outer)}${chance(4, random) ? ' ORDER BY v, t.id' : ''}`;
    const join = chance(3, random) ? 'LEFT JOIN' : 'JOIN';
    const grouped = `t.id${chance(2, random) ? `, t.${any()}` : ''}`;
    return `SELECT ${grouped}, ${value(chance(8, random) ? 't' : 'u')} AS v FROM ${table.name} AS t ${join} ${table.name} AS u ON ${inner.replace(' WHERE ', '')}${where(outer)} GROUP BY ${grouped}`;
  },
  'count-distinct': (schema, random) => {
    const reach = reachOf(schema, 1 + random.below(2), random);
    const keys = Array.from({ length: 1 + random.below(2) }, () => columnIn(reach, random));
    const value = columnIn(reach, random);
    const counted = (): string =>
      oneOf(
        [
          `count(DISTINCT ${value})`,
          `count(DISTINCT ${value})`,
          `max(${value})`,
          `count(${chance(2, random) ? value : '*'})`,
          `coalesce(min(DISTINCT ${value}), 0)`,
        ],
        random,
      );
    const asked = chance(2, random) ? [...reach.conditions, predicate(reach, random)] : reach.conditions;
    const more = chance(3, random) ? `, ${counted()} AS m` : '';
    const having = chance(4, random) ? ` HAVING count(DISTINCT ${value}) > 0` : '';
    const query = `SELECT ${keys[0]}, count(DISTINCT ${value}) AS n${more} FROM ${reach.from}${where(asked)} GROUP BY ${keys.join(', ')}${having}`;
    if (chance(5, random)) return `SELECT d.* FROM (${query}) AS d WHERE d.n > 0`;
    return `${query}${chance(3, random) ? ` ORDER BY n DESC, ${keys[0]}` : ''}`;
  },
  'index-order': (schema, random) => {
    const reach = reachOf(schema, 1 + random.below(2), random);
    const [key, other, value] = [columnIn(reach, random), columnIn(reach, random), columnIn(reach, random)];
    const tail = `FROM ${reach.from}${where([...reach.conditions, predicate(reach, random)])}`;
    return oneOf(
      [
        `SELECT ${key} AS k, count(*) AS n ${tail} GROUP BY ${oneOf([key, 'k', '1'], random)}${chance(2, random) ? ` HAVING ${key} > 0` : ''}`,
        `SELECT ${key}, ${other}, max(${value}) AS m ${tail} GROUP BY ${key}, ${other}${chance(2, random) ? ` ORDER BY ${key}` : ''}`,
        `SELECT DISTINCT ${key}, ${other} ${tail}${chance(2, random) ? ` ORDER BY ${other}, ${key}` : ''}`,
        `SELECT count(DISTINCT ${key}) AS n, max(${value}) AS m ${tail}`,
        `SELECT ${other} AS o, ${value} AS v ${tail} ORDER BY ${oneOf([key, other, 'o'], random)}, v${chance(2, random) ? `, o LIMIT ${1 + random.below(4)}` : ''}`,
      ],
      random,
    );
  },
};
