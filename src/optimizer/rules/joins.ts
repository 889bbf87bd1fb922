/** Inner joins as a list of tables and a list of conditions, from which one table can be taken. */
import type { Core, Expr, Source } from '../../sql/ast.ts';
import { conjunctsOf, mergesColumns } from '../../sql/ast.ts';
import { sourcesOf, type Scope } from '../../sql/scope.ts';

/** Joined with what stands before it by nothing but conditions. */
export function isInner({ join }: Source): boolean {
  return /^(first|,|JOIN)$/.test(join);
}

/** All that every row of the result satisfies: WHERE, and ON of inner joins. */
export function innerConditions({ from, where }: Core): Expr[] {
  return [...from.flatMap((source) => (source.join === 'JOIN' ? conjunctsOf(source.on) : [])), ...conjunctsOf(where)];
}

export interface Detached {
  /** The FROM without the source, without the conditions that speak of it. */
  from: Source[];
  /** All conditions that were in WHERE, and those. */
  conditions: Expr[];
}

/** Takes an inner-joined source out of the FROM; null where an outer join, or merged columns, hang on it. */
export function detach(indexes: readonly number[], { from, where }: Core, scope: Scope): Detached | null {
  if (from.some((source) => mergesColumns(source) || /RIGHT|FULL|CROSS/.test(source.join))) return null;
  if (!indexes.every((index) => isInner(from[index]))) return null;
  const conditions: Expr[] = [];
  const left: Source[] = [];
  for (const [at, source] of from.entries()) {
    const gone = indexes.includes(at);
    const sources = source.on ? sourcesOf(source.on, scope) : new Set<number>();
    if (!sources) return null;
    const speaks = indexes.some((index) => sources.has(index));
    const isFirst = left.length === 0 && at > 0 && !gone;
    if ((speaks || isFirst) && !isInner(source)) return null;
    const moved = gone || speaks || isFirst;
    if (moved) conditions.push(...conjunctsOf(source.on));
    if (!gone) left.push(moved ? { ...source, on: null, join: isFirst ? 'first' : source.join } : source);
  }
  return left.length === 0 ? null : { from: left, conditions: [...conditions, ...conjunctsOf(where)] };
}
