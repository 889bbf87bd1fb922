/** The workload's texts as trees, with what is wanted of them later: the tables that they name, the order of their rows, their values. */
import type { Parameters, PlanNode, SqlValue } from '../database/protocol.ts';
import { determinacy } from '../optimizer/determined.ts';
import { orderCheckOf, type OrderCheck } from '../optimizer/equal.ts';
import { normalise } from '../optimizer/normalise.ts';
import { cellSql, messageOf, type Cell, type Sandbox } from '../optimizer/sandbox.ts';
import type { Select } from '../sql/ast.ts';
import type { Reader } from '../sql/parse/reader.ts';
import type { Schema } from '../sql/schema.ts';
import { foldCase } from '../sql/tokens.ts';
import { visit } from '../sql/walk.ts';
import type { PlannedText } from './prune.ts';
import { usesOf, type TableUse, type ValueOf } from './uses.ts';
import type { SampleText, WorkloadQuery } from './workload.ts';

export interface ReadQuery extends WorkloadQuery {
  uses: TableUse[];
  order: OrderCheck;
  /** Folded names of the tables that an index may be on; null for any, where a view is named. */
  tables: ReadonlySet<string> | null;
  planBefore: PlanNode[];
  /** Its rows follow from the data alone: ties that a LIMIT cuts, chance and the clock do not decide them. */
  isDetermined: boolean;
}

export interface ReadWorkload {
  queries: ReadQuery[];
  /** What could not be read, and why. */
  refused: { query: WorkloadQuery; why: string }[];
}

export function readWorkload(
  queries: readonly WorkloadQuery[],
  schema: Schema,
  data: Sandbox,
  read: Reader,
): ReadWorkload {
  const found: ReadWorkload = { queries: [], refused: [] };
  for (const query of queries) {
    const [first] = query.samples;
    if (!first) continue;
    try {
      const planBefore = data.plan(first.sql);
      const text = read(normalise(first.sql, schema, data));
      if (!text.ok) {
        found.refused.push({ query, why: text.reason });
        continue;
      }
      const order = orderCheckOf(text.select, schema);
      // Of a kind of which several texts were seen, none of the values written in one is there to stay.
      const isOne = new Set(query.samples.map(({ sql }) => sql)).size === 1;
      const all = usesWithViews(text.select, schema, valuesOf(first.parameters), read);
      const uses = isOne ? all : all.map(withoutConstants);
      const { reason, needs } = determinacy(text.select, schema);
      // What would have to be asked of the data by a query may change with any write.
      const isDetermined = reason === null && needs.every(({ by }) => by !== 'query');
      found.queries.push({ ...query, uses, order, tables: tablesOf(text.select, schema), planBefore, isDetermined });
    } catch (error) {
      found.refused.push({ query, why: messageOf(error) });
    }
  }
  return found;
}

/** Another text for the same query, as the planner is asked about it. Null when it cannot be read. */
export function plannedText(sql: string, { parameters }: SampleText, schema: Schema, read: Reader): PlannedText | null {
  const text = read(sql);
  return text.ok ? { sql, uses: usesWithViews(text.select, schema, valuesOf(parameters), read) } : null;
}

/** A view is read where it is used: what it asks of its tables the query asks of them. */
function usesWithViews(select: Select, schema: Schema, valueOf: ValueOf, read: Reader): TableUse[] {
  const bodies = viewsIn(select, schema).flatMap((sql) => {
    const body = read(sql.replace(/^[\s\S]*?\bAS\b\s*/i, ''));
    return body.ok ? usesOf(body.select, schema, valueOf) : [];
  });
  return [...usesOf(select, schema, valueOf), ...bodies];
}

function viewsIn(select: Select, schema: Schema): string[] {
  const texts = new Set<string>();
  visit(select, {
    table: ({ name }) => {
      const info = schema.table(name);
      if (info?.kind === 'view') texts.add(info.sql);
    },
  });
  return [...texts];
}

function tablesOf(select: Select, schema: Schema): ReadonlySet<string> | null {
  const names = new Set<string>();
  visit(select, { table: ({ name }) => void names.add(foldCase(name)) });
  return viewsIn(select, schema).length > 0 ? null : names;
}

function withoutConstants(use: TableUse): TableUse {
  return { ...use, conditions: use.conditions.map((one) => ({ ...one, isConstant: false })) };
}

/** Values by the text of the parameter: `?1` by place, others by name. */
function valuesOf(parameters: Parameters): ValueOf {
  const values = new Map<string, SqlValue>(
    Array.isArray(parameters)
      ? (parameters as readonly SqlValue[]).map((value, index) => [`?${index + 1}`, value])
      : Object.entries(parameters),
  );
  return (name) => {
    const value = values.get(name);
    return value === undefined ? null : cellSql(cellOf(value));
  };
}

function cellOf(value: SqlValue): Cell {
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
}
