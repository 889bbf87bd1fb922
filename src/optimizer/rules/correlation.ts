/** How a subquery hangs on the query around it: by equalities of columns, and by nothing else if it is to be moved. */
import type { Core, Expr, ExprOf, Select } from '../../sql/ast.ts';
import { and, conjunctsOf, isNullable, isSimple, selectOf } from '../../sql/ast.ts';
import { printName } from '../../sql/print.ts';
import { scopeOf, type Resolved, type Scope } from '../../sql/scope.ts';
import { isAggregated } from '../determined.ts';
import { bySchema, type Precondition } from './rule.ts';
import { isClosed } from './support.ts';

/** `inner.k = outer.x` */
export interface Link {
  innerExpr: ExprOf<'column'>;
  outerExpr: ExprOf<'column'>;
  inner: Resolved;
  outer: Resolved;
}

export interface Unlinked {
  links: readonly Link[];
  /** The subquery's core without them: it means the same wherever it stands. */
  core: Core;
  /** That both sides of each link compare alike. */
  preconditions: readonly Precondition[];
}

/** A single core over tables or subqueries, with nothing around it. */
export function isBare({ first, ...query }: Select): boolean {
  return (
    isSimple({ first, ...query }) &&
    query.ctes.length === 0 &&
    !query.limit &&
    !query.offset &&
    !first.windows &&
    first.from.length > 0 &&
    first.from.every(({ table }) => table.kind === 'table' || table.kind === 'select')
  );
}

/** One that does no more than filter. */
export function isPlain(query: Select): boolean {
  return isBare(query) && !isAggregated(query.first);
}

/** The subquery freed of its links with `outer`; null when it has none, or depends on what is around it in another way. */
export function unlink({ first }: Select, outer: Scope): Unlinked | null {
  const scope = scopeWithin(first, outer);
  const links: Link[] = [];
  const others: Expr[] = [];
  for (const conjunct of conjunctsOf(first.where)) {
    const link = linkOf(conjunct, scope);
    if (link) links.push(link);
    else others.push(conjunct);
  }
  const preconditions = links.map(({ inner, outer: other }) => comparesAlike(inner, other));
  if (links.length === 0 || preconditions.includes(null)) return null;
  const core: Core = { ...first, where: and(others) };
  if (isClosed(selectOf({ ...core, columns: [] }), outer) !== true) return null;
  return { links, core, preconditions: preconditions.flatMap((one) => one ?? []) };
}

export function scopeWithin(core: Core, outer: Scope): Scope {
  return scopeOf(core, outer.schema, outer.ctes, outer);
}

function linkOf(expr: Expr, scope: Scope): Link | null {
  if (expr.kind !== 'binary' || expr.operator !== '=') return null;
  for (const [innerExpr, outerExpr] of [
    [expr.left, expr.right],
    [expr.right, expr.left],
  ] as const) {
    if (innerExpr.kind !== 'column' || outerExpr.kind !== 'column') return null;
    const [inner, outer] = [scope.resolve(innerExpr), scope.resolve(outerExpr)];
    if (inner?.level === 0 && outer?.level === 1) return { innerExpr, outerExpr, inner, outer };
  }
  return null;
}

/** Both are columns of tables, and compare with anything in the same way. Null when they do not. */
export function comparesAlike(a: Resolved | null, b: Resolved | null): Precondition[] | null {
  if (!a?.column || !b?.column || !a.source.table || !b.source.table) return null;
  if (a.column.affinity !== b.column.affinity || a.column.collation !== 'BINARY' || b.column.collation !== 'BINARY')
    return null;
  return [bySchema(`${labelOf(a)} and ${labelOf(b)} have the same affinity and compare by bytes`, true)];
}

/**
 * What it takes for the column never to be NULL in the rows that the core lets through: nothing more where a condition asks for it, the
 * schema, or a look at the rows. Null where an outer join may fill it with NULL.
 */
export function neverNull(resolved: Resolved, { from, where }: Core): Precondition[] | null {
  const { column, source, scope } = resolved;
  if (conjunctsOf(where).some((one) => rejectsNull(one, resolved, scope))) return [];
  if (!column || !source.table || isNullable(from, source.index)) return null;
  const claim = `${labelOf(resolved)} is never NULL`;
  if (column.notNull) return [bySchema(claim, true)];
  return [{ claim, by: 'rows', table: source.table.name, holds: `${printName(resolved.name)} IS NOT NULL` }];
}

/** Whether the condition is never true where the column is NULL. */
export function rejectsNull(condition: Expr, { source, name }: Resolved, scope: Scope): boolean {
  const isIt = (expr: Expr): boolean => {
    const resolved = expr.kind === 'column' ? scope.resolve(expr) : null;
    return resolved?.scope === scope && resolved.source.index === source.index && resolved.name === name;
  };
  if (condition.kind === 'between') return isIt(condition.operand);
  if (condition.kind === 'in') return !condition.not && isIt(condition.operand);
  if (condition.kind !== 'binary') return false;
  const { operator, left, right } = condition;
  if (operator === 'IS NOT') return isIt(left) && right.kind === 'literal' && /^null$/i.test(right.text);
  return /^([<>]=?|=|<>|LIKE|GLOB)$/.test(operator) && (isIt(left) || isIt(right));
}

export function labelOf({ source, name }: Resolved): string {
  return `${source.table?.name ?? source.label}.${name}`;
}
