/** What stands in the way of an import, as one sentence that says what to change. Pure. */
import type { ImportColumn, ImportFormat, ImportPlan } from '../../engine/protocol.ts';

/** SQLite's own limit. */
export const COLUMNS_MAX = 2000;

export interface ImportChoice {
  format: ImportFormat | null;
  table: string;
  mode: ImportPlan['mode'];
  into: ImportPlan['into'];
  columns: readonly ImportColumn[];
  /** Tables and views of the open database. */
  present: readonly { name: string; type: string; columns?: readonly { name: string }[] }[];
}

/** Null when the import can begin. */
export function importObstacle({ format, table, mode, into, columns, present }: ImportChoice): string | null {
  // A script brings its own tables.
  if (format === 'sql') return null;
  const name = table.trim();
  if (name === '') return 'The table needs a name.';
  if (/^sqlite_/i.test(name)) return 'Names that begin with sqlite_ are SQLite’s own: choose another.';
  const included = columns.filter((column) => column.included);
  if (included.length === 0) return 'Include at least one column.';
  if (included.length > COLUMNS_MAX)
    return `A table of SQLite has at most ${COLUMNS_MAX.toLocaleString('en')} columns: leave out ${(included.length - COLUMNS_MAX).toLocaleString('en')} more.`;
  const unnamed = included.find((column) => column.name.trim() === '');
  if (unnamed) return `The column “${unnamed.source}” needs a name.`;
  const twice = repeated(included.map((column) => column.name.trim()));
  if (twice !== null) return `Two columns are named ${twice}: SQLite does not tell upper from lower case.`;
  if (into === 'new') return null;
  const there = present.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (there && there.type !== 'table') return `${there.name} is a ${there.type}, not a table: choose another name.`;
  if (mode === 'create' && there) {
    return `A table named ${there.name} exists: choose another name, or add to it or replace it.`;
  }
  if (mode !== 'create' && !there) {
    return `There is no table named ${name} to ${mode === 'append' ? 'add to' : 'replace'}: make a new one.`;
  }
  if (mode === 'append' && there?.columns && !isShared(included, there.columns)) {
    const names = there.columns.map((column) => column.name).join(', ');
    return `None of the columns has the name of a column of ${there.name} (${names}): rename them, or make a new table.`;
  }
  return null;
}

function isShared(included: readonly ImportColumn[], columns: readonly { name: string }[]): boolean {
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  return included.some(({ name }) => names.has(name.trim().toLowerCase()));
}

/** By column: what is wrong with its name; null where nothing is, and for columns that are left out. */
export function nameFaults(columns: readonly ImportColumn[]): (string | null)[] {
  const counts = new Map<string, number>();
  const keyOf = ({ name }: ImportColumn): string => name.trim().toLowerCase();
  for (const column of columns) if (column.included) counts.set(keyOf(column), (counts.get(keyOf(column)) ?? 0) + 1);
  return columns.map((column) => {
    if (!column.included) return null;
    if (keyOf(column) === '') return 'needs a name';
    return (counts.get(keyOf(column)) ?? 0) > 1 ? 'is there twice' : null;
  });
}

function repeated(names: readonly string[]): string | null {
  const seen = new Set<string>();
  for (const name of names) {
    const key = name.toLowerCase();
    if (seen.has(key)) return name;
    seen.add(key);
  }
  return null;
}
