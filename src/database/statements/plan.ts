/** Query plans as rows of EXPLAIN QUERY PLAN. Nothing is run. */
import type { Connection } from '../connection.ts';
import { actsWhenCompiled } from './first-token.ts';
import type { PlanNode } from '../protocol.ts';

/** The plan of one statement, in SQLite's order; empty for a statement that has none. Error `sql`. */
export function planOf(connection: Connection, sql: string): PlanNode[] {
  if (actsWhenCompiled(sql)) return [];
  return connection
    .explain(sql, 'EXPLAIN QUERY PLAN')
    .map(([id, parent, , detail]) => ({ id: Number(id), parent: Number(parent), detail: String(detail) }));
}
