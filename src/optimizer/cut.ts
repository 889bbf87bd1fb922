/**
 * Where no key makes ORDER BY total, the data may still say which rows LIMIT lets through: the last row before each cut and the first behind it
 * must differ in their sort keys. Rows that tie between two cuts are all shown, in whatever order.
 */
import { column, literal, selectOf, type Expr, type OrderTerm, type Select } from '../sql/ast.ts';
import { printExpr } from '../sql/print.ts';
import type { Schema } from '../sql/schema.ts';
import { someExpr, visit } from '../sql/walk.ts';
import { tablesRead } from './tables-behind.ts';
import { freeName } from './rules/support.ts';
import type { Precondition } from './rules/rule.ts';

/** For the outermost query; null where the data cannot be asked. `sortKeys`: what the terms of ORDER BY stand for. */
export function cutsNoTie(query: Select, sortKeys: readonly Expr[], schema: Schema): Precondition | null {
  const { first, rest, orderBy } = query;
  const [offset, limit] = [query.offset ? numberOf(query.offset) : 0, numberOf(query.limit)];
  if (rest.length > 0 || first.values || first.distinct || orderBy.length === 0) return null;
  if (offset === null || limit === null || hasParameter(query)) return null;
  const name = freeName(query, 'tie', schema);
  const names = sortKeys.map((_, index) => `${name}_${index + 1}`);
  const keys = sortKeys.map((expr, index) => ({ expr, alias: names[index] }));
  const sorted = orderBy.map((term, index): OrderTerm => ({ ...term, expr: sortKeys[index] }));
  // The two rows on both sides of a cut are one group when they tie.
  const isClear = (cut: number): string => {
    const sides: Select = {
      ...query,
      first: { ...first, columns: [...first.columns, ...keys] },
      orderBy: sorted,
      limit: literal('2'),
      offset: literal(String(cut - 1)),
    };
    const tied = selectOf({
      distinct: false,
      columns: [{ expr: literal('1'), alias: null }],
      from: [{ join: 'first', table: sides, alias: name, on: null, using: null }],
      where: null,
      groupBy: names.map((one) => column(name, one)),
      having: { kind: 'binary', operator: '>', left: COUNT, right: literal('1') },
    });
    return printExpr({ kind: 'unary', operator: 'NOT', operand: { kind: 'exists', query: tied } });
  };
  const cuts = [...new Set([offset, offset + limit])].filter((cut) => cut > 0 && Number.isSafeInteger(cut));
  const claim = `rows on both sides of LIMIT ${limit}${offset > 0 ? ` OFFSET ${offset}` : ''} differ in ${sortKeys.map(printExpr).join(', ')}`;
  const sql = `SELECT ${cuts.length === 0 ? '1' : cuts.map(isClear).join(' AND ')}`;
  return { claim, by: 'query', sql, tables: tablesOf(query, schema) };
}

const COUNT: Expr = { kind: 'call', name: 'count', distinct: false, args: [{ kind: 'star', table: null }], over: null };

function numberOf(expr: Expr | null): number | null {
  return expr?.kind === 'literal' && /^\d+$/.test(expr.text) ? Number(expr.text) : null;
}

function hasParameter(query: Select): boolean {
  return someExpr({ kind: 'exists', query }, ({ kind }) => kind === 'parameter');
}

function tablesOf(query: Select, schema: Schema): string[] {
  const names = new Set<string>();
  visit(query, { table: ({ name }) => void names.add(name) });
  return tablesRead(names, schema);
}
