/**
 * The private database in which rewrites are tried: a fork of the person's data, or an empty one. The only door of this folder to SQLite,
 * so that guards are plain functions.
 */
import { AppError } from '../core/errors.ts';
import type { Parameters, PlanNode } from '../database/protocol.ts';

/** A value with its storage class: INTEGER is a bigint, REAL a number. */
export type Cell = null | bigint | number | string | Uint8Array;

export interface Run {
  names: string[];
  rowCount: number;
  /** Decoded when first asked for. */
  rows(): Cell[][];
  elapsedMs: number;
  /** Null where the counter is not calibrated. */
  vmSteps: number | null;
}

/** One line of EXPLAIN. */
export interface Opcode {
  address: number;
  opcode: string;
  p1: number;
  p2: number;
  p3: number;
  p4: string;
  p5: number;
}

export interface Sandbox {
  /** Runs one statement, which is kept compiled. Errors: `sql`; `deadline` when it took longer than `deadlineMs`; `cancelled`. */
  run(sql: string, parameters: Parameters, deadlineMs: number | null): Run;
  /** Runs all statements of a text for their effect. Errors: `sql`. */
  execute(sql: string): void;
  explain(sql: string): Opcode[];
  plan(sql: string): PlanNode[];
  /** Result names without running it. */
  columnNames(sql: string): string[];
  /** The next run finds SQLite's page cache empty. */
  dropPageCache(): void;
  /** An empty database of its own. */
  scratch(): Sandbox;
  /** Milliseconds on a monotonic clock. */
  nowMs(): number;
  close(): void;
}

/** A text that names the value and its storage class: equal texts are equal values, with no tolerance. */
export function cellKey(cell: Cell): string {
  if (cell === null) return 'n';
  switch (typeof cell) {
    case 'bigint':
      return `i${cell}`;
    case 'number':
      return Object.is(cell, -0) ? 'r-0' : `r${cell}`;
    case 'string':
      // The length keeps 'a' + 'b' apart from 'ab' when keys are joined.
      return `t${cell.length}:${cell}`;
    default:
      return `b${Array.from(cell, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  }
}

export function rowKey(row: readonly Cell[]): string {
  return row.map(cellKey).join('|');
}

/** A value as SQL text that gives it back with its storage class. */
export function cellSql(cell: Cell): string {
  if (cell === null) return 'NULL';
  switch (typeof cell) {
    case 'bigint':
      // The smallest integer cannot be written as a literal with a sign.
      return cell === -9223372036854775808n ? '(-9223372036854775807 - 1)' : String(cell);
    case 'number': {
      if (Object.is(cell, -0)) return '-0.0';
      if (!Number.isFinite(cell)) return cell > 0 ? '9e999' : '-9e999';
      const text = String(cell);
      return /[.e]/.test(text) ? text : `${text}.0`;
    }
    case 'string':
      return `'${cell.replaceAll("'", "''")}'`;
    default:
      return `x'${Array.from(cell, (byte) => byte.toString(16).padStart(2, '0')).join('')}'`;
  }
}

export function isDeadline(error: unknown): boolean {
  return error instanceof AppError && error.code === 'deadline';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
