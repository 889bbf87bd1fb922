/**
 * What values of some expressions fix: columns that equal them, and through keys all columns of a table. The closure of functional
 * dependencies (Armstrong 1974), as far as keys and equalities of the query give them.
 */
import { conjunctsOf, type Core, type Expr, type ExprOf } from '../sql/ast.ts';
import { containsKey, type TableInfo } from '../sql/schema.ts';
import { walkExpr, type Scope } from '../sql/scope.ts';
import { foldCase } from '../sql/tokens.ts';
import { fixesKey } from './exact.ts';

export interface Fixed {
  /** Sources of which at most one row goes with each choice of values. */
  sources: ReadonlySet<number>;
  /** Whether the column of this scope has one value for each choice. */
  has(sourceIndex: number, name: string): boolean;
}

/** `values`: expressions that are given, such as the keys of GROUP BY; those that are no columns fix nothing. */
export function fixedBy(values: readonly Expr[], core: Core, scope: Scope): Fixed {
  const columns = new Set<string>();
  const sources = new Set<number>();
  const keyOf = (index: number, name: string): string => `${index} ${foldCase(name)}`;
  const has = (index: number, name: string): boolean => sources.has(index) || columns.has(keyOf(index, name));
  for (const value of values) {
    const resolved = value.kind === 'column' ? scope.resolve(value) : null;
    if (resolved?.scope !== scope) continue;
    // Under a collation one value has several spellings.
    const spelled = /TEXT|BLOB/.test(resolved.column?.affinity ?? '') && resolved.column?.collation !== 'BINARY';
    if (!spelled) columns.add(keyOf(resolved.source.index, resolved.name));
  }
  // A RIGHT or FULL JOIN makes rows in which equalities of its left side do not hold.
  const equalities = core.from.some(({ join }) => /RIGHT|FULL/.test(join)) ? [] : equalitiesOf(core, scope);
  const isFixed = (expr: Expr, exceptSource: number | null): boolean => {
    let all = true;
    walkExpr(expr, scope, {
      column: (_column, resolved) => {
        if (!resolved) all = false;
        else if (resolved.scope !== scope || resolved.source.index === exceptSource) return;
        else if (!has(resolved.source.index, resolved.name)) all = false;
      },
    });
    return all;
  };
  // Each round fixes something more, or is the last.
  for (let before = -1; columns.size + sources.size > before;) {
    before = columns.size + sources.size;
    for (const { column, value, on } of equalities) {
      const resolved = scope.resolve(column);
      // Whether a LEFT JOIN finds its row depends on all that its condition asks of the others.
      if (resolved && isFixed(value, null) && (!on || isFixed(on, resolved.source.index)))
        columns.add(keyOf(resolved.source.index, resolved.name));
    }
    for (const { index, table } of scope.sources)
      if (table && holdsKey(table, (name) => has(index, name))) sources.add(index);
  }
  return { sources, has };
}

interface Equality {
  column: ExprOf<'column'>;
  value: Expr;
  /** The whole condition of the LEFT JOIN that it stands in. */
  on: Expr | null;
}

/** Equalities that hold in every row of the result, each with a column of this scope, and those of a LEFT JOIN for its own table. */
function equalitiesOf(core: Core, scope: Scope): Equality[] {
  const found: Equality[] = [];
  const add = (expr: Expr, only: number | null, on: Expr | null): void => {
    if (expr.kind !== 'binary' || expr.operator !== '=') return;
    for (const [column, value] of [
      [expr.left, expr.right],
      [expr.right, expr.left],
    ] as const) {
      const resolved = column.kind === 'column' ? scope.resolve(column) : null;
      if (column.kind !== 'column' || resolved?.scope !== scope || !fixesKey(column, value, scope)) continue;
      if (only === null || resolved.source.index === only) found.push({ column, value, on });
    }
  };
  for (const conjunct of conjunctsOf(core.where)) add(conjunct, null, null);
  core.from.forEach((source, index) => {
    const left = source.join.includes('LEFT');
    for (const conjunct of conjunctsOf(source.on)) add(conjunct, left ? index : null, left ? source.on : null);
  });
  return found;
}

function holdsKey(table: TableInfo, has: (name: string) => boolean): boolean {
  const names = table.columns.map((column) => column.name).filter(has);
  const rowid =
    !table.withoutRowid &&
    ['rowid', 'oid', '_rowid_'].some((name) => has(name) && !table.columns.some((one) => foldCase(one.name) === name));
  return rowid || containsKey(table, names);
}
