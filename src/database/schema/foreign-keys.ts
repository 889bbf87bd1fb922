/**
 * Foreign keys as SQLite would keep them (https://sqlite.org/foreignkeys.html): can each work at all, is it true in the data,
 * does an index serve it. SQLite checks writes only while PRAGMA foreign_keys is on, and never the rows that stand already.
 *
 * `PRAGMA foreign_key_check` says the same, but gives up at the first key that cannot work, and cannot be given a budget.
 */
import { AppError } from '../../core/errors.ts';
import { columnsOf, primaryKeyOf, readForeignKeys, tablesOf, type ForeignKey } from './catalog.ts';
import { quoted } from '../../core/sql-name.ts';
import type { Connection } from '../connection.ts';
import type { ForeignKeyCheck, ForeignKeyReport } from '../protocol.ts';

/** Orphans that are told by their rowid. */
const ORPHANS_SHOWN = 10;

/**
 * Every foreign key of the database. Orphans are counted for `budgetMs` at most, by the clock `nowMs`; those that the time does
 * not reach for stay null.
 */
export function checkForeignKeys(
  connection: Connection,
  budgetMs: number,
  nowMs: () => number = () => performance.now(),
): ForeignKeyReport {
  const untilMs = nowMs() + budgetMs;
  const tables = new Map(tablesOf(connection).map((table) => [table.name.toLowerCase(), table]));
  const parts = new Map<string, KeyParts>();
  const partsOf = (name: string): KeyParts => {
    const known = parts.get(name) ?? readParts(connection, name);
    parts.set(name, known);
    return known;
  };
  const found: { check: ForeignKeyCheck; count: ((deadlineMs: number) => void) | null; effort: number }[] = [];
  for (const child of tables.values()) {
    if (child.type !== 'table') continue;
    for (const key of readForeignKeys(connection, child.name)) {
      const parent = tables.get(key.parent.toLowerCase());
      const target = parent ? readableTarget(connection, parent, key, partsOf) : missingTable(key);
      const check: ForeignKeyCheck = {
        table: child.name,
        columns: key.columns,
        parent: parent?.name ?? key.parent,
        parentColumns: target.columns,
        fault: target.fault,
        orphans: null,
        orphanRows: [],
        indexed: isServed(connection, child.name, key.columns, target, partsOf(child.name)),
      };
      const source = orphanSource(child.name, key.columns, target);
      const rowid = child.withoutRowid ? null : rowidName(partsOf(child.name));
      const count =
        source === null ? null : (deadlineMs: number) => countOrphans(connection, check, source, rowid, deadlineMs);
      found.push({ check, count, effort: effortOf(connection, child.name, target, rowid) });
    }
  }
  // The quick ones first: what the time does not reach for is then as little as can be.
  for (const { count } of [...found].sort((one, other) =>
    one.effort < other.effort ? -1 : Number(one.effort > other.effort),
  )) {
    const leftMs = untilMs - nowMs();
    if (leftMs > 0) count?.(leftMs);
  }
  return {
    enforced: connection.number('PRAGMA foreign_keys') === 1,
    keys: found.map(({ check }) => check),
  };
}

// --- what a key refers to ----------------------------------------------------------------------------------------------

/** The parent's side of a key. */
interface Target {
  /** False where there is no such table: then every key that is set is an orphan. */
  exists: boolean;
  /** Null where there is nothing to compare with. */
  table: string | null;
  columns: string[];
  /** By which parent and child are compared, one for each column; null for the rowid. */
  collations: (string | null)[];
  fault: string | null;
}

interface Index {
  name: string;
  isPrimaryKey: boolean;
  isUnique: boolean;
  isPartial: boolean;
  /** Null for an expression. */
  columns: { name: string | null; collation: string }[];
}

interface KeyParts {
  columns: string[];
  primaryKey: string[];
  indexes: Index[];
}

function readParts(connection: Connection, table: string): KeyParts {
  const columns = columnsOf(connection, table);
  const indexes = connection
    .query('SELECT name, "unique", origin, partial FROM pragma_index_list(?) ORDER BY seq', [table])
    .map(([name, unique, origin, partial]): Index => {
      const parts = connection.query('SELECT name, coll FROM pragma_index_xinfo(?) WHERE key ORDER BY seqno', [name]);
      return {
        name: String(name),
        isPrimaryKey: origin === 'pk',
        isUnique: unique === 1,
        isPartial: partial === 1,
        columns: parts.map(([column, collation]) => ({
          name: column === null ? null : String(column),
          collation: String(collation),
        })),
      };
    });
  return {
    columns: columns.map(({ name }) => name),
    primaryKey: primaryKeyOf(columns),
    indexes,
  };
}

function missingTable({ parent, references }: ForeignKey): Target {
  const fault = `There is no table ${parent}: while foreign keys are enforced, writes that need it fail.`;
  return { exists: false, table: null, columns: references ?? [], collations: [], fault };
}

/** As `targetOf`; a parent that SQLite cannot read here is a fault, too. */
function readableTarget(...arguments_: Parameters<typeof targetOf>): Target {
  try {
    return targetOf(...arguments_);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const [, , { references }] = arguments_;
    const fault = `The parent's columns cannot be read here. SQLite says: ${error.message}.`;
    return { exists: true, table: null, columns: references ?? [], collations: [], fault };
  }
}

function targetOf(
  connection: Connection,
  parent: { name: string; type: string },
  key: ForeignKey,
  partsOf: (table: string) => KeyParts,
): Target {
  const { name } = parent;
  const faulty = (why: string, columns: string[] = key.references ?? [], comparable = false): Target => ({
    exists: true,
    table: comparable ? name : null,
    columns,
    collations: comparable ? columns.map((column) => collationOf(connection, name, column)) : [],
    fault: why,
  });
  if (parent.type !== 'table') return faulty(`${name} is a ${parent.type}, and a key can refer to a table only.`);
  const { columns, primaryKey, indexes } = partsOf(name);
  const wanted = key.references ?? primaryKey;
  const missing = wanted.find((column) => !columns.some((one) => same(one, column)));
  if (missing !== undefined) return faulty(`${name} has no column ${missing}.`);
  if (wanted.length === 0) return faulty(`It names no columns, and ${name} has no primary key that it could mean.`);
  if (wanted.length !== key.columns.length) {
    const counts = `${key.columns.length} here, ${wanted.length} in the primary key of ${name}`;
    return faulty(`It names no columns of ${name}, and their number differs: ${counts}.`, wanted);
  }
  const sole = wanted.length === 1 && primaryKey.length === 1 && same(wanted[0], primaryKey[0]);
  if (sole && !indexes.some(({ isPrimaryKey }) => isPrimaryKey)) {
    return { exists: true, table: name, columns: wanted, collations: [null], fault: null };
  }
  for (const index of indexes) {
    if (!index.isUnique || index.isPartial || index.columns.length !== wanted.length) continue;
    const collations = wanted.map(
      (column) => index.columns.find((one) => one.name && same(one.name, column))?.collation,
    );
    if (collations.some((collation) => collation === undefined)) continue;
    const fits = key.references
      ? wanted.every((column, at) => same(collationOf(connection, name, column), collations[at] ?? ''))
      : index.isPrimaryKey;
    if (fits) return { exists: true, table: name, columns: wanted, collations: collations.map(String), fault: null };
  }
  const list = `${name} (${wanted.join(', ')})`;
  const why = `${list} is not unique: it needs a PRIMARY KEY or a UNIQUE index over exactly this, in the columns' own collation.`;
  return faulty(why, wanted, true);
}

/** The collation that a column was declared with, which no PRAGMA tells: a comparison of it compiles with that name. */
function collationOf(connection: Connection, table: string, column: string): string {
  const program = connection.explain(`SELECT ${quoted(column)} = '' FROM main.${quoted(table)}`);
  const comparison = program.find(([, opcode]) => opcode === 'Eq' || opcode === 'Ne');
  return String(comparison?.[5] ?? '').replace(/-[^-]*$/, '') || 'BINARY';
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

// --- orphans -------------------------------------------------------------------------------------------------------------

/** FROM and WHERE that give the rows `c` of the child without a parent; null where nothing can be compared. */
function orphanSource(
  child: string,
  columns: readonly string[],
  { exists, table, columns: wanted, collations }: Target,
): string | null {
  const set = columns.map((column) => `c.${quoted(column)} IS NOT NULL`).join(' AND ');
  const from = `FROM main.${quoted(child)} AS c`;
  if (table === null) return exists ? null : `${from} WHERE ${set}`;
  // The plus takes the child's affinity away: the parent's alone decides, as in SQLite's own check.
  const equal = wanted.map((column, at) => {
    const collation = collations[at];
    return `p.${quoted(column)} = +c.${quoted(columns[at])}${collation === null ? '' : ` COLLATE ${quoted(collation)}`}`;
  });
  // A join, not a subquery for each row: faster, and SQLite may build an index for a parent that has none.
  const without = `p.${quoted(wanted[0])} IS NULL`;
  return `${from} LEFT JOIN main.${quoted(table)} AS p ON ${equal.join(' AND ')} WHERE ${set} AND ${without}`;
}

/** About how many rows must be looked at; endless where each child may read all of the parent. */
function effortOf(connection: Connection, child: string, { fault, table }: Target, rowid: string | null): number {
  if (table !== null && fault !== null) return Infinity;
  try {
    return rowid === null ? 0 : connection.number(`SELECT max(${rowid}) FROM main.${quoted(child)}`);
  } catch (error) {
    if (error instanceof AppError) return Infinity;
    throw error;
  }
}

/** Fills in orphans and their rowids as far as the time reaches. */
function countOrphans(
  connection: Connection,
  check: ForeignKeyCheck,
  source: string,
  rowid: string | null,
  deadlineMs: number,
): void {
  try {
    if (rowid !== null) {
      const rows = connection.run(`SELECT c.${rowid} ${source} ORDER BY c.${rowid} LIMIT ${ORPHANS_SHOWN}`, [], {
        deadlineMs,
      });
      deadlineMs -= rows.work.prepareMs + rows.work.executeMs;
      const { classes, numbers } = rows.result.columns[0];
      check.orphanRows = [...numbers.subarray(0, rows.result.rowCount)].filter((_, at) => classes[at] === 1);
      if (rows.result.rowCount < ORPHANS_SHOWN) {
        check.orphans = rows.result.rowCount;
        return;
      }
    }
    if (deadlineMs <= 0) return;
    const { result } = connection.run(`SELECT count(*) ${source}`, [], { deadlineMs });
    check.orphans = result.columns[0].numbers[0];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // Out of time, or a table that cannot be read here: not counted.
  }
}

/** A name under which the rowid can be had; null where columns hide all three. */
function rowidName({ columns }: KeyParts): string | null {
  return ['rowid', '_rowid_', 'oid'].find((name) => !columns.some((column) => same(column, name))) ?? null;
}

// --- the index on the child's side -----------------------------------------------------------------------------------------

/** Whether SQLite finds the children of a parent without reading the whole table. */
function isServed(
  connection: Connection,
  child: string,
  columns: readonly string[],
  target: Target,
  { primaryKey, indexes }: KeyParts,
): boolean {
  const isRowid =
    columns.length === 1 &&
    primaryKey.length === 1 &&
    same(columns[0], primaryKey[0]) &&
    !indexes.some(({ isPrimaryKey }) => isPrimaryKey);
  if (isRowid) return true;
  return indexes.some((index) => {
    const leading = index.columns.slice(0, columns.length);
    const covers = columns.every((column) => leading.some(({ name }) => name !== null && same(name, column)));
    return covers && !index.isPartial && canSeek(connection, child, columns, target, index);
  });
}

/** Asks SQLite: collation or affinity may stand between an index and a look-up by the parent's values. */
function canSeek(
  connection: Connection,
  child: string,
  columns: readonly string[],
  { table, columns: wanted, collations }: Target,
  index: Index,
): boolean {
  if (table === null) return true;
  const equal = wanted.map((column, at) => {
    const collation = collations[at];
    return `p.${quoted(column)}${collation === null ? '' : ` COLLATE ${quoted(collation)}`} = c.${quoted(columns[at])}`;
  });
  const from = `FROM main.${quoted(table)} AS p CROSS JOIN main.${quoted(child)} AS c INDEXED BY ${quoted(index.name)}`;
  try {
    const plan = connection.explain(`SELECT 1 ${from} WHERE ${equal.join(' AND ')}`, 'EXPLAIN QUERY PLAN');
    return plan.some(([, , , detail]) => /^SEARCH c\b/.test(String(detail)));
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
