/** Foreign keys for people: which table refers to which, is it true, and the boxes and lines to draw them by. */
import { quoted } from '../../../core/sql-name.ts';
import type { ForeignKeyReport, SchemaReport } from '../../../engine/protocol.ts';
import type { Box, Link } from '../../components/diagram/layered.ts';
import { formatRows } from '../../format.ts';

type Table = SchemaReport['tables'][number];

/** `counting`: the check is still under way; `unchecked`: it is over and had no time for this one. */
export type RelationState = 'true' | 'orphans' | 'faulty' | 'unchecked' | 'counting';

export interface Relation {
  id: string;
  child: string;
  childColumns: string[];
  /** As the table is called; as the key calls it where there is none. */
  parent: string;
  parentColumns: string[];
  state: RelationState;
  orphans: number | null;
  fault: string | null;
  /** Null before the check. */
  indexed: boolean | null;
  onDelete: string;
  onUpdate: string;
}

/** A mark for each state, so that colour never stands alone. */
export const RELATION_MARKS: Readonly<Record<RelationState, string>> = {
  true: '✓',
  orphans: '✕',
  faulty: '!',
  unchecked: '?',
  counting: '…',
};

export const RELATION_TONES = {
  true: 'good',
  orphans: 'bad',
  faulty: 'watch',
  unchecked: 'muted',
  counting: 'muted',
} as const;

/** Every foreign key of the schema, with what the check found; keys that it does not know yet are being counted. */
export function relationsOf(schema: SchemaReport, report: ForeignKeyReport | null, isUnderWay = true): Relation[] {
  const names = new Map(schema.tables.map(({ name }) => [name.toLowerCase(), name]));
  const checks = new Map<string, ForeignKeyReport['keys']>();
  for (const check of report?.keys ?? []) checks.set(check.table, [...(checks.get(check.table) ?? []), check]);
  return schema.tables.flatMap((table) =>
    table.foreignKeys.map((key, index): Relation => {
      // Both lists are in the order of declaration; after a change of the schema the check may be older.
      const found = checks.get(table.name)?.[index];
      const check = found?.columns.join() === key.columns.join() ? found : null;
      const { orphans = null, fault = null } = check ?? {};
      return {
        id: `${table.name} ${index}`,
        child: table.name,
        childColumns: key.columns,
        parent: names.get(key.table.toLowerCase()) ?? key.table,
        parentColumns: key.references,
        state: !check && isUnderWay ? 'counting' : fault !== null ? 'faulty' : stateOf(orphans),
        orphans,
        fault,
        indexed: check?.indexed ?? null,
        onDelete: key.onDelete,
        onUpdate: key.onUpdate,
      };
    }),
  );
}

function stateOf(orphans: number | null): RelationState {
  return orphans === null ? 'unchecked' : orphans > 0 ? 'orphans' : 'true';
}

/** `orders.customer_id`, `staff (country, city)`; the table alone where no columns are known. */
export function endText(table: string, columns: readonly string[]): string {
  if (columns.length === 0) return table;
  return columns.length === 1 ? `${table}.${columns[0]}` : `${table} (${columns.join(', ')})`;
}

/** What is so, in a few words. */
export function stateText({ state, orphans, fault }: Relation): string {
  const without = orphans ? formatRows(orphans, 'row without a parent', 'rows without a parent') : '';
  if (state === 'faulty') return `cannot work: ${fault ?? ''}${without ? ` ${without}` : ''}`;
  if (state === 'orphans') return without;
  return { true: 'true', unchecked: 'not counted, no time', counting: 'being counted' }[state];
}

/** A query for the rows without a parent, as the check counts them; null where there is nothing to look at. */
export function orphanQuery(
  { child, childColumns, parent, parentColumns, orphans }: Relation,
  tables: readonly Table[],
): string | null {
  if (!orphans) return null;
  const set = childColumns.map((column) => `c.${quoted(column)} IS NOT NULL`).join(' AND ');
  const from = `SELECT c.* FROM ${quoted(child)} AS c\nWHERE ${set}`;
  if (!tables.some(({ name }) => name === parent)) return `${from} LIMIT 100;`;
  // The plus lets the parent's type alone decide what is equal, as SQLite does for foreign keys.
  const equal = parentColumns.map((column, at) => `p.${quoted(column)} = +c.${quoted(childColumns[at])}`);
  return `${from}\n  AND NOT EXISTS (SELECT 1 FROM ${quoted(parent)} AS p WHERE ${equal.join(' AND ')}) LIMIT 100;`;
}

// --- the drawing -----------------------------------------------------------------------------------------------------------

export const BOX_WIDTH = 208;
export const TITLE_HEIGHT = 28;
export const ROW_HEIGHT = 20;
const BOX_FOOT = 6;
const ROWS_MAX = 9;
/** More boxes than these nobody reads. */
const TABLES_MAX = 60;

export interface DrawnTable extends Box {
  /** False for a table that a key names and nobody made. */
  exists: boolean;
  rows: { column: string; isKey: boolean; isForeign: boolean }[];
  /** Key columns that are not listed. */
  more: number;
}

export interface Drawing {
  tables: DrawnTable[];
  relations: Relation[];
  links: Link[];
  /** What was left out, in words; null when everything is there. */
  note: string | null;
}

/** What to draw: all tables where they are few, else those with relations, the busiest first. */
export function drawingOf(schema: SchemaReport, relations: readonly Relation[]): Drawing {
  const own = schema.tables.filter(({ type }) => type === 'table');
  const degree = new Map<string, number>();
  for (const { child, parent } of relations) {
    for (const name of [child, parent]) degree.set(name, (degree.get(name) ?? 0) + 1);
  }
  const known = new Map(schema.tables.map((table) => [table.name, table]));
  const missing = [...degree.keys()].filter((name) => !known.has(name));
  const isCrowded = own.length + missing.length > TABLES_MAX;
  const all = [
    ...own.map(({ name }) => name),
    ...[...degree.keys()].filter((name) => known.get(name)?.type !== 'table'),
  ];
  const related = all.filter((name) => degree.has(name));
  const names = !isCrowded
    ? all
    : [...related].sort((one, other) => (degree.get(other) ?? 0) - (degree.get(one) ?? 0)).slice(0, TABLES_MAX);
  const shown = new Set(names);
  const drawn = relations.filter(({ child, parent }) => shown.has(child) && shown.has(parent));
  const tables = names.map((name) => drawnTable(name, known.get(name), relations));
  const byName = new Map(tables.map((table) => [table.id, table]));
  const links = drawn.map(({ child, childColumns, parent, parentColumns }) => ({
    from: child,
    to: parent,
    fromY: portOf(byName.get(child), childColumns[0]),
    toY: portOf(byName.get(parent), parentColumns[0]),
  }));
  const note = !isCrowded
    ? null
    : related.length > TABLES_MAX
      ? `Drawn are the ${TABLES_MAX} tables with the most relations, of ${own.length}; the list below has them all.`
      : `Drawn are the ${related.length} tables with relations, of ${own.length}.`;
  return { tables, relations: drawn, links, note };
}

function drawnTable(name: string, table: Table | undefined, relations: readonly Relation[]): DrawnTable {
  const foreign = new Set(relations.filter(({ child }) => child === name).flatMap(({ childColumns }) => childColumns));
  const wanted = new Set(
    relations.filter(({ parent }) => parent === name).flatMap(({ parentColumns }) => parentColumns),
  );
  const columns = table
    ? table.columns.map((column) => ({
        column: column.name,
        isKey: column.primaryKey > 0,
        isForeign: foreign.has(column.name),
        isWanted: wanted.has(column.name),
      }))
    : [...wanted].map((column) => ({ column, isKey: false, isForeign: false, isWanted: true }));
  const listed = columns.filter(({ isKey, isForeign, isWanted }) => isKey || isForeign || isWanted);
  const rows = listed.slice(0, ROWS_MAX).map(({ column, isKey, isForeign }) => ({ column, isKey, isForeign }));
  const more = listed.length - rows.length;
  const lines = rows.length + (more > 0 ? 1 : 0);
  const height = TITLE_HEIGHT + ROW_HEIGHT * Math.max(1, lines) + BOX_FOOT;
  return { id: name, width: BOX_WIDTH, height, exists: table !== undefined, rows, more };
}

/** Height of a column's row within its box; of the title where it is not listed. */
function portOf(table: DrawnTable | undefined, column: string | undefined): number {
  const at = table?.rows.findIndex((row) => row.column.toLowerCase() === column?.toLowerCase()) ?? -1;
  if (at >= 0) return TITLE_HEIGHT + ROW_HEIGHT * (at + 0.5);
  return table && table.more > 0 && column ? TITLE_HEIGHT + ROW_HEIGHT * (ROWS_MAX + 0.5) : TITLE_HEIGHT / 2;
}
