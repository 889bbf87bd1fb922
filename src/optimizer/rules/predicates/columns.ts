/** What is known of a column that a condition compares, and what has to be seen on its rows. */
import type { Expr } from '../../../sql/ast.ts';
import { printName } from '../../../sql/print.ts';
import type { ColumnInfo, TableInfo } from '../../../sql/schema.ts';
import type { Scope } from '../../../sql/scope.ts';
import { bySchema, type Precondition } from '../rule.ts';
import type { Constant } from './constants.ts';

export interface TableColumn {
  table: TableInfo;
  column: ColumnInfo;
  /** `orders.total` */
  label: string;
}

/** The column of a table in this very FROM; null for all else. */
export function tableColumn(expr: Expr, scope: Scope): TableColumn | null {
  const resolved = expr.kind === 'column' ? scope.resolve(expr) : null;
  if (!resolved?.column || !resolved.source.table || resolved.level !== 0) return null;
  const { column } = resolved;
  return { table: resolved.source.table, column, label: `${resolved.source.table.name}.${column.name}` };
}

/** Every value is an integer or NULL. Null where the column's affinity makes that impossible. */
export function isInteger({ table, column, label }: TableColumn): Precondition | null {
  const claim = `${label} holds integers only`;
  if (column.isRowid || (table.strict && column.affinity === 'INTEGER')) return bySchema(claim, true);
  if (column.affinity === 'REAL' || column.affinity === 'TEXT') return null;
  return rows(table, claim, `typeof(${printName(column.name)}) IN ('integer', 'null')`);
}

/** Every value is a text or NULL: a column of affinity TEXT may still hold blobs. */
export function isText({ table, column, label }: TableColumn): Precondition {
  const claim = `${label} holds texts only`;
  if (table.strict && column.affinity === 'TEXT') return bySchema(claim, true);
  return rows(table, claim, `typeof(${printName(column.name)}) IN ('text', 'null')`);
}

/** It has no other collation than BINARY. */
export function comparesByBytes({ column, label }: TableColumn): Precondition {
  return bySchema(`${label} compares by bytes`, column.collation === 'BINARY');
}

/**
 * The column compares with these constants as an expression of its values would: its affinity changes none of them, and it has no collation
 * where texts are compared. What that rests on; null where it is not so.
 */
export function comparesAsWritten(column: TableColumn, constants: readonly Constant[]): Precondition[] | null {
  const { affinity } = column.column;
  const texts = constants.some((one) => typeof one === 'string');
  const numbers = constants.some((one) => typeof one !== 'string');
  if (affinity !== 'BLOB' && (affinity === 'TEXT' ? numbers : texts)) return null;
  return texts ? [comparesByBytes(column)] : [];
}

/** `holds` is true of every row. */
export function rows(table: TableInfo, claim: string, holds: string): Precondition {
  return { claim, by: 'rows', table: table.name, holds };
}

/** The order of bytes is that of characters: so it is in UTF-8, and in no other encoding. */
export const IN_UTF8: Precondition = {
  claim: 'the database keeps its texts in UTF-8',
  by: 'query',
  sql: "SELECT encoding = 'UTF-8' FROM pragma_encoding",
  tables: [],
};
