/** Pieces of generated queries: joins, columns, conditions over generated tables. */
import type { Random } from '../src/core/ports.ts';

export interface GeneratedTable {
  name: string;
  /** `values`: what the column mostly holds, where its type does not say. */
  columns: { name: string; type: string; nullable: boolean; values?: readonly string[] }[];
}

export interface GeneratedSchema {
  sql: string;
  tables: GeneratedTable[];
}

export type Generator = (schema: GeneratedSchema, random: Random) => string;

export interface Reach {
  /** `FROM` with its joins. */
  from: string;
  tables: { alias: string; table: GeneratedTable }[];
  conditions: string[];
}

/** Joined tables with aliases; conditions that belong to WHERE are apart. */
export function reachOf(schema: GeneratedSchema, count: number, random: Random): Reach {
  const tables: Reach['tables'] = [];
  const reach: Reach = { from: '', tables, conditions: [] };
  for (let index = 0; index < count; index++) {
    const table = tableOf(schema, random);
    const alias = `x${index}`;
    const source = `${table.name} AS ${alias}`;
    if (index === 0) reach.from = source;
    else {
      const link = join(alias, table, reach, random);
      const extra = chance(4, random) ? ` AND ${condition(alias, table, random)}` : '';
      if (chance(3, random)) {
        reach.from += `, ${source}`;
        reach.conditions.push(link);
      } else if (chance(6, random)) reach.from += ` LEFT JOIN ${source} ON ${link}${extra}`;
      else reach.from += ` JOIN ${source} ON ${link}${extra}`;
    }
    tables.push({ alias, table });
  }
  // A comma after ON is beyond the reader: such texts run as typed.
  return reach;
}

export function join(alias: string, table: GeneratedTable, reach: Reach, random: Random): string {
  const other = oneOf(reach.tables, random);
  return `${alias}.${columnName(table, random)} = ${other.alias}.${columnName(other.table, random)}`;
}

export function select(reach: Reach, conditions: readonly string[] | null, random: Random): string {
  const all = conditions ?? (chance(3, random) ? reach.conditions : [...reach.conditions, predicate(reach, random)]);
  const tail = `FROM ${reach.from}${where(all)}`;
  if (chance(6, random)) return `SELECT count(*), max(${columnIn(reach, random)}) ${tail}`;
  if (chance(8, random)) {
    const key = columnIn(reach, random);
    return `SELECT ${key}, count(*) AS n ${tail} GROUP BY ${key}${chance(2, random) ? ' HAVING count(*) > 1' : ''}${chance(2, random) ? ' ORDER BY n DESC, 1' : ''}`;
  }
  const columns = columnsOf(reach, random);
  const order = chance(3, random)
    ? ` ORDER BY ${columns.split(', ')[0]?.split(' AS ')[0] ?? '1'}${chance(2, random) ? ' DESC' : ''}`
    : '';
  return `SELECT ${chance(6, random) ? 'DISTINCT ' : ''}${chance(6, random) && order === '' ? '*' : columns} ${tail}${order}`;
}

export function columnsOf(reach: Reach, random: Random): string {
  const count = 1 + random.below(3);
  return Array.from({ length: count }, (_, index) => {
    const column = columnIn(reach, random);
    return chance(4, random) ? `${column} AS c${index}` : chance(5, random) ? `${column} || '-'` : column;
  }).join(', ');
}

export function predicate(reach: Reach, random: Random): string {
  const { alias, table } = oneOf(reach.tables, random);
  const one = condition(alias, table, random);
  return chance(5, random) ? `(${one} OR ${condition(alias, table, random)})` : one;
}

export function condition(alias: string, table: GeneratedTable, random: Random): string {
  const { name, type } = oneOf(table.columns, random);
  const column = `${alias}.${name}`;
  const literal =
    type === 'TEXT' ? oneOf(["'a'", "'A'", "'b'", "'1'", '1'], random) : oneOf(['0', '1', '2', '1.0', "'1'"], random);
  return oneOf(
    [
      `${column} = ${literal}`,
      `${column} = ${literal}`,
      `${column} <> ${literal}`,
      `${column} > ${literal}`,
      `${column} <= ${literal}`,
      `${column} IS NULL`,
      `${column} IS NOT NULL`,
      `${column} IN (${literal}, 0)`,
      `${column} BETWEEN 0 AND 2`,
      `NOT ${column} = ${literal}`,
      `${column} LIKE 'a%'`,
    ],
    random,
  );
}

export function where(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
}

export function columnIn(reach: Reach, random: Random): string {
  const { alias, table } = oneOf(reach.tables, random);
  return `${alias}.${columnName(table, random)}`;
}

export function columnName(table: GeneratedTable, random: Random): string {
  return oneOf(table.columns, random).name;
}

export function tableOf(schema: GeneratedSchema, random: Random): GeneratedTable {
  return oneOf(schema.tables, random);
}

export function oneOf<Value>(values: readonly Value[], random: Random): Value {
  const value = values[random.below(values.length)];
  if (value === undefined) throw new Error('nothing to choose from');
  return value;
}

/** True once in `times`. */
export function chance(times: number, random: Random): boolean {
  return random.below(times) === 0;
}
