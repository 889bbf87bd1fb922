/** Queries that lean towards the rules about order, doubles, unions, LIMIT and common tables. Some of them each rule must leave alone. */
import {
  chance,
  columnIn,
  columnName,
  columnsOf,
  condition,
  oneOf,
  predicate,
  reachOf,
  select,
  tableOf,
  where,
  type Generator,
} from './generated-parts.ts';

export const SHAPE_GENERATORS: Readonly<Record<string, Generator>> = {
  'needless-order-by': (schema, random) => {
    const [reach, inner] = [reachOf(schema, 1 + random.below(2), random), tableOf(schema, random)];
    const shown = columnName(inner, random);
    const cut = chance(6, random) ? ' LIMIT 2' : '';
    const rows = `SELECT s.${shown} AS a, s.id AS b FROM ${inner.name} AS s${where(chance(2, random) ? [condition('s', inner, random)] : [])}`;
    const sorted = `${rows} ORDER BY ${oneOf(['a', 'b', 's.id DESC', `s.${columnName(inner, random)}, b`], random)}${cut}`;
    const listed = sorted.replace(', s.id AS b', '').replace(/\bb\b/g, 's.id');
    const read = oneOf(
      [
        'SELECT count(*) AS n, max(b) AS m FROM @',
        'SELECT a, count(*) AS n FROM @ GROUP BY a',
        'SELECT a, b FROM @ ORDER BY b DESC',
        'SELECT a, b FROM @ UNION SELECT a, b FROM @',
        'SELECT a, b FROM @ UNION ALL SELECT a, b FROM @',
        'SELECT a, b FROM @ WHERE b > 1',
        'SELECT group_concat(b) AS t FROM @',
        'SELECT b, row_number() OVER (ORDER BY b) AS r FROM @',
        'SELECT x.b, y.a FROM @ AS x JOIN @ AS y ON x.b = y.b ORDER BY x.b, y.a',
      ],
      random,
    );
    if (chance(3, random)) {
      const asked = oneOf(
        [
          `${columnIn(reach, random)} IN (${listed})`,
          `${columnIn(reach, random)} NOT IN (${listed})`,
          `EXISTS (${sorted})`,
        ],
        random,
      );
      return select(reach, [...reach.conditions, asked], random);
    }
    if (chance(3, random)) return `WITH sorted AS (${sorted}) ${read.replaceAll('@', 'sorted')}`;
    return read.replaceAll('@ AS', `(${sorted}) AS`).replaceAll('@', `(${sorted})`);
  },
  'needless-distinct': (schema, random) => {
    const reach = reachOf(schema, 1 + random.below(2), random);
    const tail = `FROM ${reach.from}${where([...reach.conditions, ...(chance(2, random) ? [predicate(reach, random)] : [])])}`;
    const keys = reach.tables.filter(() => !chance(6, random)).map(({ alias }) => `${alias}.id`);
    const one = (): string => oneOf([columnIn(reach, random), ...keys], random);
    if (chance(3, random)) {
      const values = [`${oneOf(['min', 'max', 'count'], random)}(DISTINCT ${one()}) AS v`, 'count(*) AS n'];
      if (chance(2, random)) return `SELECT ${values.join(', ')} ${tail}`;
      return `SELECT ${chance(2, random) ? 'DISTINCT ' : ''}${one()} AS k, ${values[0]} ${tail} GROUP BY 1`;
    }
    const shown = [...keys, ...(chance(2, random) ? [columnIn(reach, random)] : [])];
    const listed = shown.length === 0 || chance(8, random) ? columnsOf(reach, random) : shown.join(', ');
    return `SELECT DISTINCT ${listed} ${tail}`;
  },
  'union-to-union-all': (schema, random) => {
    const table = tableOf(schema, random);
    const [told, shown] = [columnName(table, random), columnName(table, random)];
    const [key, literal, distinct] = [chance(6, random) ? shown : 'id', chance(2, random), chance(4, random)];
    const arm = (index: number): string => {
      // Another table shares no more than the name of its key.
      const read = chance(8, random) ? tableOf(schema, random) : table;
      const own = (name: string): string => `s.${read === table ? name : 'id'}`;
      const values = oneOf([String(index), `${index}.5`, `'${'abc'[index]}'`], random);
      const column = own(oneOf([told, told, told, shown], random));
      const asked = oneOf(
        [
          `${column} = ${values}`,
          `${column} IN (${values}, ${index + 10})`,
          `${column} BETWEEN ${index} AND ${index + 0.5}`,
          index === 0 ? `${column} <= 1` : `${column} > ${index}`,
        ],
        random,
      );
      const columns = [literal ? `${oneOf([String(index), `'${'abc'[index]}'`, '1'], random)} AS kind` : own(shown)];
      const made = `${distinct ? 'DISTINCT ' : ''}${[...columns, own(key)].join(', ')}`;
      return `SELECT ${made} FROM ${read.name} AS s${where(literal && chance(2, random) ? [] : [asked])}`;
    };
    const arms = Array.from({ length: 2 + random.below(2) }, (_, index) => arm(index));
    return `${arms.join(' UNION ')}${chance(4, random) ? ' ORDER BY 1, 2' : ''}${chance(8, random) ? ' LIMIT 3' : ''}`;
  },
  'late-lookup': (schema, random) => {
    const table = tableOf(schema, random);
    const reach = { from: `${table.name} AS x0`, tables: [{ alias: 'x0', table }], conditions: [] };
    if (chance(2, random)) {
      const other = tableOf(schema, random);
      const key = chance(6, random) ? columnName(other, random) : 'id';
      reach.from += ` LEFT JOIN ${other.name} AS x1 ON x1.${key} = x0.${columnName(table, random)}`;
      reach.tables.push({ alias: 'x1', table: other });
    }
    const shown = chance(3, random) ? '*' : `x0.id, ${columnsOf(reach, random)}`;
    const first = `x0.${columnName(table, random)}${oneOf(['', ' DESC', ' COLLATE NOCASE'], random)}`;
    const asked = chance(2, random)
      ? [chance(6, random) ? predicate(reach, random) : condition('x0', table, random)]
      : [];
    const cut = `LIMIT ${1 + random.below(4)}${chance(5, random) ? '' : ` OFFSET ${random.below(4)}`}`;
    return `SELECT ${shown} FROM ${reach.from}${where(asked)} ORDER BY ${chance(5, random) ? '1' : first}, ${chance(8, random) ? first : 'x0.id'} ${cut}`;
  },
  'materialized-hints': (schema, random) => commonTable(schema, random),
  'inline-common-table': (schema, random) => commonTable(schema, random),
  'shared-subquery': (schema, random) => {
    const inner = tableOf(schema, random);
    const key = columnName(inner, random);
    const kept = where(chance(2, random) ? [condition('s', inner, random)] : []);
    const body = oneOf(
      [
        `SELECT s.${key} AS a, count(*) AS b FROM ${inner.name} AS s${kept} GROUP BY s.${key}`,
        `SELECT s.${key} AS a, max(s.id) AS b FROM ${inner.name} AS s${kept} GROUP BY s.${key}`,
        `SELECT DISTINCT s.${key} AS a, s.id AS b FROM ${inner.name} AS s${kept}`,
        `SELECT s.${key} AS a, s.id AS b FROM ${inner.name} AS s${kept}`,
      ],
      random,
    );
    const list = `SELECT s.id FROM ${inner.name} AS s${kept} GROUP BY s.id`;
    const other = chance(6, random) ? body.replace('AS b FROM', 'AS b, 1 AS c FROM') : body;
    return oneOf(
      [
        `SELECT x.a, x.b FROM (${body}) AS x WHERE x.b = (SELECT max(y.b) FROM (${other}) AS y)`,
        `SELECT x.a, y.b FROM (${body}) AS x JOIN (${other}) AS y ON x.b < y.b WHERE x.b > 0`,
        `SELECT a, b FROM (${body}) WHERE b > 1 UNION ALL SELECT a, b FROM (${other}) WHERE b <= 1`,
        `SELECT x.id FROM ta AS x WHERE x.id IN (${list}) OR x.id + 1 IN (${list})`,
      ],
      random,
    );
  },
  'common-conjunct': (schema, random) => {
    const reach = reachOf(schema, 1 + random.below(2), random);
    const link =
      reach.tables.length > 1
        ? `x0.${columnName(reach.tables[0].table, random)} = x1.${columnName(reach.tables[1].table, random)}`
        : predicate(reach, random);
    const side = (): string => {
      const all = [...(chance(8, random) ? [] : [link]), ...(chance(6, random) ? [] : [predicate(reach, random)])];
      return `(${(all.length === 0 ? [link] : all).join(' AND ')})`;
    };
    const any = `(${Array.from({ length: 2 + random.below(2) }, side).join(' OR ')})`;
    if (chance(4, random) && !reach.from.includes(',')) {
      const other = tableOf(schema, random);
      const on = `(x9.id = x0.id AND ${condition('x9', other, random)}) OR (x9.id = x0.id AND ${predicate(reach, random)})`;
      return `SELECT ${columnsOf(reach, random)}, x9.id FROM ${reach.from} ${oneOf(['JOIN', 'LEFT JOIN'], random)} ${other.name} AS x9 ON ${on}`;
    }
    return select(reach, [...reach.conditions, any], random);
  },
};

/** A common table that is mostly read twice. */
const commonTable: Generator = (schema, random) => {
  const inner = tableOf(schema, random);
  const key = columnName(inner, random);
  const hint = oneOf(['', '', ' MATERIALIZED', ' NOT MATERIALIZED'], random);
  const body = oneOf(
    [
      `SELECT s.${key} AS a, s.id AS b FROM ${inner.name} AS s${where([condition('s', inner, random)])}`,
      `SELECT s.${key} AS a, count(*) AS b FROM ${inner.name} AS s GROUP BY s.${key}`,
      `SELECT s.${key} AS a, s.id AS b FROM ${inner.name} AS s UNION SELECT s.id, s.id FROM ${inner.name} AS s`,
    ],
    random,
  );
  const asked = oneOf(['x.a = y.a', 'x.b = y.b', 'x.a = y.b', 'x.b < y.b'], random);
  const read = oneOf(
    [
      `SELECT x.a, y.b FROM c AS x JOIN c AS y ON ${asked} WHERE x.b > 0`,
      `SELECT x.a, x.b FROM c AS x WHERE x.b = (SELECT max(y.b) FROM c AS y WHERE ${asked})`,
      `SELECT a, b FROM c WHERE b = 1 UNION ALL SELECT a, b FROM c WHERE b > 1`,
      `SELECT a, b FROM c WHERE b IN (SELECT b FROM c WHERE b <> 2)`,
      'SELECT a, b FROM c WHERE b > 1',
    ],
    random,
  );
  return `WITH c AS${hint} (${body}) ${read}`;
};
