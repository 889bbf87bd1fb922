/**
 * The query with a condition left out, one at a time, as mutation testing does with programs (DeMillo, Lipton, Sayward 1978): databases on
 * which no such change shows say nothing about that condition.
 */
import { and, binary, conjunctsOf, disjunctsOf, literal, type Core, type Expr, type Select } from '../../sql/ast.ts';
import { printExpr, printSelect } from '../../sql/print.ts';
import { columnOf, type Schema } from '../../sql/schema.ts';
import { visitScopes, type Scope } from '../../sql/scope.ts';
import { replaceCore, someExpr } from '../../sql/walk.ts';

/** Two texts: where they differ on some database, the condition shows. */
type Pair = readonly [string, string];

export interface Mutant {
  /** The condition as text. */
  condition: string;
  /** The query without it, and with it letting NULL through: rows of which it is false make the difference. */
  left: Pair;
  /** The same with nothing beside it: where the others imply it, leaving it out never shows, but this does. */
  alone: Pair;
  /** Of a condition of several parts, those: one that excludes itself shows in nothing else. */
  parts: readonly Mutant[];
}

/** More conditions than this are not looked at one by one. */
const MUTANTS_MAX = 32;

export function mutantsOf(query: Select, schema: Schema): Mutant[] {
  const mutants: Mutant[] = [];
  visitScopes(query, schema, {
    core: (core, scope) => {
      const add = (condition: Expr | null, put: (changed: Expr | null) => Core): void => {
        const text = (changed: Expr | null): string => printSelect(replaceCore(query, core, put(changed)));
        mutants.push(...conjunctMutants(conjunctsOf(condition), text, (expr) => isSettled(expr, core, scope)));
      };
      add(core.where, (where) => ({ ...core, where }));
      if (core.having && core.groupBy.length > 0) add(core.having, (having) => ({ ...core, having }));
      core.from.forEach((source, at) => {
        if (source.on) add(source.on, (on) => ({ ...core, from: core.from.with(at, { ...source, on }) }));
      });
    },
  });
  return mutants.slice(0, MUTANTS_MAX);
}

/** `text`: the query with another condition in the place of all these. */
function conjunctMutants(
  conjuncts: readonly Expr[],
  text: (changed: Expr | null) => string,
  skips: (expr: Expr) => boolean,
): Mutant[] {
  return conjuncts.flatMap((conjunct, at): Mutant[] => {
    const disjuncts = disjunctsOf(conjunct);
    if (disjuncts.length > 1)
      return disjunctMutants(disjuncts, (changed) => text(and(conjuncts.with(at, changed))), skips);
    if (skips(conjunct)) return [];
    const notFalse = binary('IS NOT', conjunct, literal('FALSE'));
    return [
      {
        condition: printExpr(conjunct),
        left: [text(and(conjuncts.toSpliced(at, 1))), text(and(conjuncts.with(at, notFalse)))],
        alone: [text(null), text(notFalse)],
        parts: partMutants(
          conjunct,
          (changed) => text(and(conjuncts.toSpliced(at, 1, ...conjunctsOf(changed)))),
          skips,
        ),
      },
    ];
  });
}

function disjunctMutants(
  disjuncts: readonly Expr[],
  text: (changed: Expr) => string,
  skips: (expr: Expr) => boolean,
): Mutant[] {
  const any = (some: readonly Expr[]): Expr => some.reduce((left, right) => binary('OR', left, right));
  return disjuncts.flatMap((disjunct, at): Mutant[] =>
    skips(disjunct)
      ? []
      : [
          {
            condition: printExpr(disjunct),
            left: [text(any(disjuncts.toSpliced(at, 1))), text(any(disjuncts))],
            alone: [text(disjunct), text(literal('0'))],
            parts: partMutants(
              disjunct,
              (changed) => text(changed ? any(disjuncts.with(at, changed)) : literal('1')),
              skips,
            ),
          },
        ],
  );
}

/** Of an AND, and of BETWEEN, which is one. */
function partMutants(expr: Expr, text: (changed: Expr | null) => string, skips: (expr: Expr) => boolean): Mutant[] {
  const parts =
    expr.kind === 'between' && !expr.not
      ? [binary('>=', expr.operand, expr.low), binary('<=', expr.operand, expr.high)]
      : conjunctsOf(expr);
  return parts.length > 1 ? conjunctMutants(parts, text, skips) : [];
}

/** Always the same, whatever the rows: no column in it, or a question whether something is NULL that never is. */
function isSettled(expr: Expr, core: Core, scope: Scope): boolean {
  if (!someExpr(expr, (part) => /^(column|exists|scalar|in|in-table)$/.test(part.kind))) return true;
  if (expr.kind !== 'binary' || !/^IS( NOT)?$/.test(expr.operator) || expr.left.kind !== 'column') return false;
  if (expr.right.kind !== 'literal' || !/^null$/i.test(expr.right.text)) return false;
  if (core.from.some(({ join }) => /LEFT|RIGHT|FULL/.test(join))) return false;
  const table = scope.resolve(expr.left)?.source.table;
  return table != null && columnOf(table, expr.left.name)?.notNull === true;
}
