/** Queries that lean towards the rules about subqueries and joins. Some of them each rule must leave alone. */
import type { Random } from '../src/core/ports.ts';
import {
  chance,
  columnIn,
  columnName,
  columnsOf,
  condition,
  join,
  oneOf,
  predicate,
  reachOf,
  select,
  tableOf,
  where,
  type GeneratedSchema,
  type GeneratedTable,
  type Generator,
  type Reach,
} from './generated-parts.ts';

export const SUBQUERY_GENERATORS: Readonly<Record<string, Generator>> = {
  'count-to-exists': (schema, random) => {
    const reach = reachOf(schema, 1 + random.below(2), random);
    const inner = tableOf(schema, random);
    const counted = chance(3, random) ? `s.${columnName(inner, random)}` : '*';
    const distinct = counted !== '*' && chance(3, random) ? 'DISTINCT ' : '';
    const link = chance(4, random) ? '' : ` AND ${join('s', inner, reach, random)}`;
    const count = `(SELECT count(${distinct}${counted}) FROM ${inner.name} AS s WHERE ${condition('s', inner, random)}${link})`;
    const bound = oneOf(['> 0', '>= 1', '<> 0', '!= 0', '= 0', '< 1', '<= 0', '> 1', '= 1'], random);
    const asked = chance(4, random) ? `${bound.split(' ')[1] ?? '0'} < ${count}` : `${count} ${bound}`;
    if (chance(4, random))
      return `SELECT ${asked} AS found, ${columnsOf(reach, random)} FROM ${reach.from}${where(reach.conditions)}`;
    if (chance(6, random))
      return `SELECT count(*) ${bound} FROM ${reach.from}${where([...reach.conditions, predicate(reach, random)])}`;
    const placed = chance(3, random)
      ? `(${asked} OR ${predicate(reach, random)})`
      : chance(4, random)
        ? `NOT ${asked}`
        : asked;
    return select(reach, [...reach.conditions, placed], random);
  },
  'in-subquery': (schema, random) => {
    const reach = reachOf(schema, 1 + random.below(2), random);
    const inner = tableOf(schema, random);
    const [key, outer] = pairOf(inner, reach, random);
    const grouped = chance(6, random) ? ` GROUP BY s.${key}${chance(2, random) ? ' HAVING count(*) > 1' : ''}` : '';
    const listed = `${outer} ${chance(3, random) ? 'NOT IN' : 'IN'} (SELECT ${chance(4, random) ? 'DISTINCT ' : ''}s.${key} FROM ${inner.name} AS s${filter(inner, random)}${grouped})`;
    return asking(listed, reach, random);
  },
  'exists-to-in': (schema, random) => {
    const reach = reachOf(schema, 1 + random.below(2), random);
    const inner = tableOf(schema, random);
    const links = [link(inner, reach, random), ...(chance(3, random) ? [link(inner, reach, random)] : [])];
    const shown = oneOf(['1', '*', 's.id', 'NULL'], random);
    const exists = `${chance(3, random) ? 'NOT ' : ''}EXISTS (SELECT ${shown} FROM ${inner.name} AS s${filter(inner, random, links)})`;
    return asking(exists, reach, random);
  },
  'anti-join': (schema, random) => {
    const reach = reachOf(schema, 1 + random.below(2), random);
    const inner = tableOf(schema, random);
    const on = [link(inner, reach, random), ...(chance(3, random) ? [condition('s', inner, random)] : [])].join(
      ' AND ',
    );
    const linked = /s\.(\w+)/.exec(on)?.[1] ?? 'id';
    const tested = oneOf(['id', linked, columnName(inner, random)], random);
    const from = `${reach.from} LEFT JOIN ${inner.name} AS s ON ${on}`;
    const asked = [
      ...reach.conditions,
      `s.${tested} IS NULL`,
      ...(chance(3, random) ? [predicate(reach, random)] : []),
    ];
    return select({ ...reach, from }, asked, random);
  },
  'scalar-to-join': (schema, random) => {
    const reach = reachOf(schema, 1 + random.below(2), random);
    const inner = tableOf(schema, random);
    const links = [link(inner, reach, random), ...(chance(4, random) ? [link(inner, reach, random)] : [])];
    const kept = filter(inner, random, links);
    const value = (): string => {
      const made = oneOf(['@', '@', '@', '@ + 1', 'coalesce(@, 0)', `@ + ${columnIn(reach, random)}`], random);
      return `(SELECT ${made.replace('@', aggregate('s', inner, random))} FROM ${inner.name} AS s${chance(4, random) ? filter(inner, random, links) : kept})`;
    };
    const shown = chance(2, random) ? [value(), value()] : chance(2, random) ? [value()] : [];
    const asked =
      shown.length === 0 || chance(3, random)
        ? [`${columnIn(reach, random)} ${oneOf(['=', '<', '>=', '<>', 'IS'], random)} ${value()}`]
        : [];
    const tail = `FROM ${reach.from}${where([...reach.conditions, ...asked])}`;
    if (chance(6, random)) return `SELECT count(*) AS n, max(${value()}) AS m ${tail}`;
    return `SELECT ${[columnsOf(reach, random), ...shown.map((one, at) => `${one} AS v${at}`)].join(', ')} ${tail}${shown.length > 0 && chance(4, random) ? ` ORDER BY ${shown[0]}, 1` : ''}`;
  },
  'exists-to-extreme': (schema, random) => {
    const reach = reachOf(schema, 1 + random.below(2), random);
    const inner = tableOf(schema, random);
    const [mine, outer] = pairOf(inner, reach, random);
    const operator = oneOf(['<', '<=', '>', '>=', '<>'], random);
    const unequal = chance(2, random) ? `s.${mine} ${operator} ${outer}` : `${outer} ${operator} s.${mine}`;
    const exists = `${chance(3, random) ? 'NOT ' : ''}EXISTS (SELECT 1 FROM ${inner.name} AS s${filter(inner, random, [link(inner, reach, random), unequal])})`;
    return asking(exists, reach, random);
  },
  'counts-to-filter': (schema, random) => {
    const inner = tableOf(schema, random);
    const shared = chance(3, random) ? [condition('s', inner, random)] : [];
    const value = (): string => {
      const made = oneOf(['@', '@', '@ + 1', '@ + @'], random).replaceAll('@', () => aggregate('s', inner, random));
      const asked = chance(4, random) ? shared : [...shared, condition('s', inner, random)];
      return `(SELECT ${made} FROM ${inner.name} AS s${where(asked)})`;
    };
    const values = Array.from({ length: 2 + random.below(3) }, (_, at) => `${value()} AS v${at}`).join(', ');
    if (chance(2, random)) return `SELECT ${values}${chance(3, random) ? ` WHERE ${value()} > 0` : ''}`;
    const reach = reachOf(schema, 1 + random.below(2), random);
    return `SELECT ${columnsOf(reach, random)}, ${values} FROM ${reach.from}${where(reach.conditions)}`;
  },
  'semi-join': (schema, random) => {
    const reach = chained(schema, 2 + random.below(2), random);
    const shown = { ...reach, tables: reach.tables.slice(0, 1 + random.below(2)) };
    const tail = `FROM ${reach.from}${where([...reach.conditions, ...(chance(2, random) ? [predicate(reach, random)] : [])])}`;
    const one = (): string => columnIn(shown, random);
    if (chance(3, random))
      return `SELECT ${one()}, ${oneOf(['max', 'min', 'count'], random)}(DISTINCT ${one()}) AS n ${tail} GROUP BY 1`;
    return `SELECT DISTINCT ${columnsOf(shown, random)}${chance(3, random) ? `, ${shown.tables[0].alias}.id` : ''} ${tail}`;
  },
  'eager-aggregation': (schema, random) => {
    const reach = chained(schema, 2 + random.below(2), random);
    const { alias, table } = oneOf(reach.tables, random);
    const others = { ...reach, tables: reach.tables.filter((one) => one.alias !== alias || chance(6, random)) };
    const values = [aggregate(alias, table, random), ...(chance(2, random) ? [aggregate(alias, table, random)] : [])];
    const shown = values.map((one, at) => `${one} AS v${at}`).join(', ');
    const tail = `FROM ${reach.from}${where([...reach.conditions, ...(chance(2, random) ? [predicate(reach, random)] : [])])}`;
    if (chance(4, random)) return `SELECT ${shown} ${tail}`;
    return `SELECT ${columnIn(others, random)} AS k, ${shown} ${tail} GROUP BY 1${chance(4, random) ? ` HAVING ${values[0]} > 1` : ''}${chance(3, random) ? ' ORDER BY v0 DESC, k' : ''}`;
  },
  'join-elimination': (schema, random) => {
    const reach = reachOf(schema, 1 + random.below(2), random);
    const parent = tableOf(schema, random);
    const { alias, table } = oneOf(reach.tables, random);
    const child = oneOf(
      table.columns.filter(({ type }) => type.startsWith('INTEGER')),
      random,
    ).name;
    const on = chance(4, random) ? link(parent, reach, random) : `s.id = ${alias}.${child}`;
    const [from, conditions] = oneOf(
      [
        [`${reach.from} JOIN ${parent.name} AS s ON ${on}`, []],
        [`${reach.from}, ${parent.name} AS s`, [on]],
      ] as const,
      random,
    );
    const shown = { ...reach, from, conditions: [...reach.conditions, ...conditions] };
    return select(shown, [...shown.conditions, ...(chance(3, random) ? [predicate(reach, random)] : [])], random);
  },
  'self-join': (schema, random) => {
    const table = tableOf(schema, random);
    const key = chance(4, random) ? columnName(table, random) : 'id';
    const other = tableOf(schema, random);
    const tables = ['a', 'b'].map((alias) => ({ alias, table }));
    const third = chance(3, random)
      ? ` ${oneOf(['JOIN', 'LEFT JOIN'], random)} ${other.name} AS c ON c.id = ${oneOf(['a', 'b'], random)}.id`
      : '';
    const reach = {
      from: `${table.name} AS a JOIN ${table.name} AS b ON a.${key} = b.${key}${third}`,
      tables,
      conditions: [],
    };
    const more = chance(3, random) ? [`a.${columnName(table, random)} = b.${columnName(table, random)}`] : [];
    return select(reach, [...more, ...(chance(2, random) ? [predicate(reach, random)] : [])], random);
  },
  'grouped-to-lateral': (schema, random) => joinedGroups(schema, random),
  'push-keys': (schema, random) => joinedGroups(schema, random),
};

/** A join with a grouped subquery by its keys, or by some of them. */
const joinedGroups: Generator = (schema, random) => {
  const reach = reachOf(schema, 1 + random.below(2), random);
  const inner = tableOf(schema, random);
  const keys = [pairOf(inner, reach, random), ...(chance(4, random) ? [pairOf(inner, reach, random)] : [])];
  const values = [aggregate('s', inner, random), ...(chance(3, random) ? [aggregate('s', inner, random)] : [])];
  const shown = [...keys.map(([key], at) => `s.${key} AS k${at}`), ...values.map((one, at) => `${one} AS v${at}`)];
  const having = chance(6, random) ? ' HAVING count(*) > 1' : '';
  const grouped = `(SELECT ${shown.join(', ')} FROM ${inner.name} AS s${filter(inner, random)} GROUP BY ${keys.map(([key]) => `s.${key}`).join(', ')}${having}) AS g`;
  const linked = keys.filter(() => !chance(8, random)).map(([, outer], at) => `${outer} = g.k${at}`);
  const on = linked.length === 0 ? '1' : linked.join(' AND ');
  const asked = [...(chance(3, random) ? [] : [predicate(reach, random)]), ...(chance(4, random) ? ['g.v0 > 1'] : [])];
  const given = [columnsOf(reach, random), 'g.v0', ...(chance(4, random) ? ['g.k0'] : [])].join(', ');
  const [from, conditions] = oneOf(
    [
      [`${reach.from} JOIN ${grouped} ON ${on}`, []],
      [`${reach.from} LEFT JOIN ${grouped} ON ${on}`, []],
      [`${reach.from}, ${grouped}`, [on]],
      [`${grouped} JOIN ${reach.from.replace(/^(\w+ AS x0)/, `$1 ON ${on}`)}`, []],
    ] as const,
    random,
  );
  return `SELECT ${given} FROM ${from}${where([...reach.conditions, ...conditions, ...asked])}`;
};

/** Inner joins, mostly by columns of one type. */
function chained(schema: GeneratedSchema, count: number, random: Random): Reach {
  const reach: Reach = { from: '', tables: [], conditions: [] };
  for (let index = 0; index < count; index++) {
    const table = tableOf(schema, random);
    const alias = `x${index}`;
    if (index === 0) reach.from = `${table.name} AS ${alias}`;
    else {
      const [inner, outer] = pairOf(table, reach, random);
      const on = `${outer} = ${alias}.${inner}${chance(4, random) ? ` AND ${condition(alias, table, random)}` : ''}`;
      if (chance(3, random)) {
        reach.from += `, ${table.name} AS ${alias}`;
        reach.conditions.push(on);
      } else reach.from += ` ${chance(8, random) ? 'LEFT JOIN' : 'JOIN'} ${table.name} AS ${alias} ON ${on}`;
    }
    reach.tables.push({ alias, table });
  }
  return reach;
}

function aggregate(alias: string, table: GeneratedTable, random: Random): string {
  const integers = table.columns.filter(({ type }) => type.startsWith('INTEGER'));
  const summed = chance(8, random) ? columnName(table, random) : oneOf(integers, random).name;
  const any = columnName(table, random);
  return oneOf(
    [
      'count(*)',
      `count(${alias}.${any})`,
      `count(DISTINCT ${alias}.${any})`,
      `sum(${alias}.${summed})`,
      `sum(${alias}.${summed})`,
      `max(${alias}.${any})`,
      `min(${alias}.${any})`,
      `avg(${alias}.${summed})`,
      `total(${alias}.${summed})`,
      `count(*) FILTER (WHERE ${condition(alias, table, random)})`,
    ],
    random,
  );
}

/** A column of the table and one in reach, mostly of one type. */
function pairOf(table: GeneratedTable, reach: Reach, random: Random): [inner: string, outer: string] {
  const { alias, table: other } = oneOf(reach.tables, random);
  const pairs = table.columns.flatMap((mine) =>
    other.columns.filter((one) => kindOf(one.type) === kindOf(mine.type)).map((one) => [mine.name, one.name] as const),
  );
  const [mine, its] =
    pairs.length === 0 || chance(6, random)
      ? [columnName(table, random), columnName(other, random)]
      : oneOf(pairs, random);
  return [mine, `${alias}.${its}`];
}

function kindOf(type: string): string {
  return type.split(' ')[0];
}

function link(table: GeneratedTable, reach: Reach, random: Random): string {
  const [inner, outer] = pairOf(table, reach, random);
  return chance(2, random) ? `s.${inner} = ${outer}` : `${outer} = s.${inner}`;
}

function filter(table: GeneratedTable, random: Random, links: readonly string[] = []): string {
  return where(chance(2, random) ? [...links, condition('s', table, random)] : links);
}

/** The question as a condition: beside others, under OR, or under NOT. */
function asking(question: string, reach: Reach, random: Random): string {
  const placed = oneOf(
    [question, question, question, question, `(${question} OR ${predicate(reach, random)})`, `NOT ${question}`],
    random,
  );
  const others = chance(2, random) ? [predicate(reach, random)] : [];
  return select(reach, [...reach.conditions, ...others, placed], random);
}
