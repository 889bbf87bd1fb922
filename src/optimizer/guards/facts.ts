/**
 * Looks at the data of the fork, once for each claim: does it hold of all rows now? The data of one `Facts` does not change;
 * after a write there is a new one.
 */
import { columnOf, type Schema } from '../../sql/schema.ts';
import { printName } from '../../sql/print.ts';
import { identifierName, tokenize } from '../../sql/tokens.ts';
import type { Precondition } from '../rules/rule.ts';
import { cellSql, isDeadline, messageOf, type Cell, type Sandbox } from '../sandbox.ts';

export interface Fact {
  holds: boolean;
  /** A sentence for a person, without its full stop. */
  evidence: string;
}

/** A text in a counterexample is cut here. */
const CELL_LENGTH_MAX = 40;

export class Facts {
  readonly #known = new Map<string, Fact>();

  constructor(
    readonly sandbox: Sandbox,
    readonly schema: Schema,
  ) {}

  /** Takes about `budgetMs` at most, and then says that it took too long. */
  check(precondition: Precondition, budgetMs: number): Fact {
    const { claim } = precondition;
    if (precondition.by === 'schema') return { holds: true, evidence: `Proved by the schema: ${claim}` };
    if (precondition.by === 'nothing') return { holds: false, evidence: `Nothing shows that ${claim}` };
    const key = JSON.stringify(precondition);
    const known = this.#known.get(key);
    if (known) return known;
    try {
      const fact =
        precondition.by === 'rows'
          ? this.#ofRows(claim, precondition.table, precondition.holds, budgetMs)
          : this.#ofQuery(claim, precondition.sql, budgetMs);
      this.#known.set(key, fact);
      return fact;
    } catch (error) {
      const what = isDeadline(error)
        ? `the look at the data took more than ${Math.round(budgetMs)} ms`
        : messageOf(error);
      return { holds: false, evidence: `Whether ${claim} could not be seen: ${what}` };
    }
  }

  /** Whether the data shows that it does not hold; false too where time ran out before that was seen. */
  refutes(precondition: Precondition, budgetMs: number): boolean {
    return !this.check(precondition, budgetMs).holds && this.#known.has(JSON.stringify(precondition));
  }

  #ofRows(claim: string, table: string, holds: string, budgetMs: number): Fact {
    const name = printName(table);
    const against = this.sandbox.run(`SELECT * FROM ${name} WHERE (${holds}) IS NOT TRUE LIMIT 1`, [], budgetMs);
    const [row] = against.rows();
    if (row)
      return {
        holds: false,
        evidence: `It does not hold that ${claim}: ${table} has ${this.#told(against.names, row, table, holds)}`,
      };
    const count = Number(this.sandbox.run(`SELECT count(*) FROM ${name}`, [], budgetMs).rows()[0]?.[0] ?? 0n);
    if (count === 0) return { holds: true, evidence: `True now, when ${table} has no rows: ${claim}` };
    const rows = count === 1 ? 'the one row' : `all ${count.toLocaleString('en')} rows`;
    return { holds: true, evidence: `True of ${rows} of ${table} now: ${claim}` };
  }

  #ofQuery(claim: string, sql: string, budgetMs: number): Fact {
    const holds = isTrue(this.sandbox.run(sql, [], budgetMs).rows());
    return {
      holds,
      evidence: holds ? `True of the data now: ${claim}` : `It does not hold that ${claim}: ${sql} does not give 1`,
    };
  }

  /** The values of a row that the condition looks at, and those of the key. */
  #told(names: readonly string[], row: readonly Cell[], table: string, holds: string): string {
    const looked = new Set(
      tokenize(holds)
        .filter((token) => /^(word|quoted|bracket|backtick)$/.test(token.kind))
        .map((token) => identifierName(holds.slice(token.start, token.end)).toLowerCase()),
    );
    const info = this.schema.table(table);
    const shown = names.flatMap((name, index) => {
      const isKey = info !== null && columnOf(info, name)?.isRowid === true;
      return isKey || looked.has(name.toLowerCase()) ? [`${name} = ${short(cellSql(row[index] ?? null))}`] : [];
    });
    return `a row with ${shown.length === 0 ? 'other values' : shown.join(', ')}`;
  }
}

/** What a `query` precondition asks for: one row, one column, 1. */
export function isTrue(rows: readonly (readonly Cell[])[]): boolean {
  return rows.length === 1 && rows[0]?.length === 1 && rows[0][0] === 1n;
}

function short(text: string): string {
  return text.length <= CELL_LENGTH_MAX ? text : `${text.slice(0, CELL_LENGTH_MAX)}…`;
}
