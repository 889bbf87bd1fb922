/** A sandbox on a connection of its own: its writes reach pages that nobody else sees. */
import { CELL, cellAt } from '../database/rows/columns.ts';
import { Connection } from '../database/connection.ts';
import { PagedFile } from '../database/file/paged-file.ts';
import type { Parameters, PlanNode, ResultColumns } from '../database/protocol.ts';
import { emptyDatabase } from '../database/file/snapshot-file.ts';
import type { SqliteModule } from '../database/sqlite/sqlite-module.ts';
import type { Cell, Opcode, Run, Sandbox } from './sandbox.ts';

export class ConnectionSandbox implements Sandbox {
  readonly #connection: Connection;
  readonly #isCancelled: (() => boolean) | null;

  /** Takes the connection over; `close` closes it. `isCancelled` is asked while statements run. */
  constructor(connection: Connection, isCancelled: (() => boolean) | null = null) {
    this.#connection = connection;
    this.#isCancelled = isCancelled;
  }

  run(sql: string, parameters: Parameters, deadlineMs: number | null): Run {
    const { result, work } = this.#connection.run(sql, parameters, { deadlineMs, isCancelled: this.#isCancelled });
    let rows: Cell[][] | null = null;
    return {
      names: result.names,
      rowCount: result.rowCount,
      rows: () => (rows ??= cellsOf(result)),
      elapsedMs: work.executeMs,
      vmSteps: work.vmSteps,
    };
  }

  execute(sql: string): void {
    this.#connection.exec(sql);
  }

  explain(sql: string): Opcode[] {
    return this.#connection.explain(sql).map(([address, opcode, p1, p2, p3, p4, p5]) => ({
      address: Number(address),
      opcode: String(opcode),
      p1: Number(p1),
      p2: Number(p2),
      p3: Number(p3),
      p4: p4 === null || p4 === undefined ? '' : String(p4),
      p5: Number(p5),
    }));
  }

  plan(sql: string): PlanNode[] {
    return this.#connection
      .explain(sql, 'EXPLAIN QUERY PLAN')
      .map(([id, parent, , detail]) => ({ id: Number(id), parent: Number(parent), detail: String(detail) }));
  }

  columnNames(sql: string): string[] {
    return this.#connection.inspect(sql).columnNames;
  }

  dropPageCache(): void {
    this.#connection.dropCaches();
  }

  scratch(): Sandbox {
    return new ConnectionSandbox(openEmpty(this.#connection.module), this.#isCancelled);
  }

  nowMs(): number {
    return performance.now();
  }

  close(): void {
    this.#connection.close();
  }
}

/** A connection on an empty database. */
export function openEmpty(module: SqliteModule): Connection {
  return new Connection(module, new PagedFile(emptyDatabase(module)));
}

function cellsOf(result: ResultColumns): Cell[][] {
  const rows: Cell[][] = [];
  for (let row = 0; row < result.rowCount; row++) {
    rows.push(
      result.columns.map((data, column) => {
        const value = cellAt(result, row, column);
        return data.classes[row] === CELL.integer ? BigInt(value as number) : value;
      }),
    );
  }
  return rows;
}
