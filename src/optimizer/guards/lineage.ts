/**
 * Which columns of tables an expression's values are made of, through subqueries and common tables (Cui and Widom 2000): a value that makes a
 * condition out there true is one that the column in here may well hold.
 */
import type { Expr, ExprOf } from '../../sql/ast.ts';
import { originsOf } from '../../sql/origins.ts';
import type { TableInfo } from '../../sql/schema.ts';
import { remembered } from '../../sql/remembered.ts';
import type { Resolved, Scope } from '../../sql/scope.ts';
import { mapParts } from '../../sql/walk.ts';

export interface BaseColumn {
  table: TableInfo;
  name: string;
}

/** Each once; none for what comes from elsewhere. */
export function columnsBehind(expr: Expr, scope: Scope): BaseColumn[] {
  const found = new Map<string, BaseColumn>();
  for (const column of columnsIn(expr)) {
    const resolved = scope.resolve(column);
    for (const base of resolved ? basesOf(resolved) : []) found.set(`${base.table.name} ${base.name}`, base);
  }
  return [...found.values()];
}

/** Worked out once for each name: what is made of two others, twice over and over, would take for ever. */
const basesOf = remembered((resolved: Resolved): readonly BaseColumn[] => {
  const { table } = resolved.source;
  if (table) return [{ table, name: resolved.name }];
  return (originsOf(resolved) ?? []).flatMap((origin) => columnsBehind(origin.expr, origin.scope));
});

/** Those of the expression itself; what AND, OR and subqueries in it look at is their own affair. */
function columnsIn(expr: Expr): ExprOf<'column'>[] {
  const columns: ExprOf<'column'>[] = [];
  const look = (part: Expr): Expr => {
    if (part.kind === 'column') columns.push(part);
    if (part.kind === 'binary' && /^(AND|OR)$/.test(part.operator)) return part;
    return mapParts(part, { expr: look, query: (query) => query });
  };
  look(expr);
  return columns;
}
