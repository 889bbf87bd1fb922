/**
 * A `+` before a column changes nothing of its value but keeps the planner from using an index for it: the cure where it would take the
 * wrong one. Where the column is compared with a text or a number of another kind, the sign takes its affinity away, so that each text is
 * to be compared with the one it comes from.
 */
import type { Expr, Select } from '../sql/ast.ts';
import type { Reader } from '../sql/parse/reader.ts';
import { printSelect } from '../sql/print.ts';
import type { Schema } from '../sql/schema.ts';
import { visitScopes } from '../sql/scope.ts';
import { mapExprs } from '../sql/walk.ts';

const TEXTS_MAX = 6;

/** The query with one column kept from indexes in each text: arguments of count(DISTINCT), and what is compared with a value. */
export function plusColumnTexts(sql: string, schema: Schema, read: Reader): string[] {
  const text = read(sql);
  if (!text.ok) return [];
  const places = new Set<Expr>();
  visitScopes(text.select, schema, {
    core: (core) => {
      for (const { expr } of core.columns) if (expr.kind === 'call' && expr.distinct) expr.args.forEach(add);
      if (core.where) compared(core.where);
      for (const { on } of core.from) if (on) compared(on);
    },
  });
  function add(expr: Expr): void {
    if (expr.kind === 'column') places.add(expr);
  }
  function compared(expr: Expr): void {
    if (expr.kind === 'binary' && /^(AND|OR)$/.test(expr.operator)) [expr.left, expr.right].forEach(compared);
    else if (expr.kind === 'binary') [expr.left, expr.right].forEach(add);
    else if (expr.kind === 'between' || expr.kind === 'in') add(expr.operand);
  }
  return [...places].slice(0, TEXTS_MAX).map((place) => printSelect(withPlus(text.select, place)));
}

function withPlus(select: Select, place: Expr): Select {
  return mapExprs(select, (expr) => (expr === place ? { kind: 'unary', operator: '+', operand: expr } : expr));
}
