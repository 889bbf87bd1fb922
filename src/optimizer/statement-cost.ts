/** The price of a statement's plan on the data at hand, and its program as a key. */
import { quoted } from '../core/sql-name.ts';
import type { Schema } from '../sql/schema.ts';
import { foldCase } from '../sql/tokens.ts';
import { visit } from '../sql/walk.ts';
import { programOf } from './bytecode.ts';
import type { Statement } from './guards/guard.ts';
import { planCost } from './plan-cost.ts';
import type { Sandbox } from './sandbox.ts';

export class StatementCosts {
  readonly #sandbox: Sandbox;
  readonly #schema: Schema;
  readonly #rowCounts = new Map<string, number | null>();

  constructor(sandbox: Sandbox, schema: Schema) {
    this.#sandbox = sandbox;
    this.#schema = schema;
  }

  /** In rows visited, roughly; 1 for what SQLite refuses. */
  of({ sql, select }: Statement): number {
    const labels = new Map<string, string>();
    visit(select, {
      source: ({ table, alias }) => {
        if (table.kind === 'table') labels.set(foldCase(alias ?? table.name), table.name);
      },
    });
    try {
      return planCost(this.#sandbox.plan(sql), (label) => this.#rowCount(labels.get(foldCase(label)) ?? label));
    } catch {
      return 1;
    }
  }

  /** Equal for texts that SQLite compiles to the same program. */
  programKey(sql: string): string {
    try {
      return programOf(this.#sandbox, sql).join('\n');
    } catch {
      return sql;
    }
  }

  /** The highest row id stands for the count: it costs nothing. */
  #rowCount(name: string): number | null {
    const table = this.#schema.table(name);
    if (!table || table.kind !== 'table') return null;
    const known = this.#rowCounts.get(table.name);
    if (known !== undefined) return known;
    let count: number | null = null;
    try {
      const column = table.withoutRowid ? 'count(*)' : 'max(rowid)';
      count = Number(this.#sandbox.run(`SELECT ${column} FROM ${quoted(table.name)}`, [], null).rows()[0]?.[0] ?? 0);
    } catch {
      // A table whose rowid is hidden by a column: nothing is known.
    }
    this.#rowCounts.set(table.name, count);
    return count;
  }
}
