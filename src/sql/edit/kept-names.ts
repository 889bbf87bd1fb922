/** SQLite names an unaliased result column after its text: where an edit changes that text, an alias keeps the name. */
import type { Expr, ResultColumn, Select } from '../ast.ts';
import type { Shapes } from '../shapes.ts';

/** The rewritten query with an alias for each column of another text than the original's; `names` are the original's. */
export function withKeptNames(original: Select, rewritten: Select, names: readonly string[], shapes: Shapes): Select {
  const before = original.first.columns;
  const after = rewritten.first.columns;
  if (before === after) return rewritten;
  const columns = after.map((column, index) => {
    const place = placeOf(after, index, names.length);
    if (column.alias !== null || column.expr.kind === 'star' || place === null) return column;
    const wanted = names.at(place);
    if (wanted === undefined) return column;
    return nameOf(column.expr, before, names, shapes) === wanted ? column : { ...column, alias: wanted };
  });
  if (columns.every((column, index) => column === after[index])) return rewritten;
  return { ...rewritten, first: { ...rewritten.first, columns } };
}

/** The name that the expression gets when it is printed, as far as that is known. */
function nameOf(expr: Expr, before: readonly ResultColumn[], names: readonly string[], shapes: Shapes): string | null {
  const index = before.findIndex((one) => one.alias === null && shapes.of(one.expr) === shapes.of(expr));
  const place = index < 0 ? null : placeOf(before, index, names.length);
  if (place !== null) return names.at(place) ?? null;
  return expr.kind === 'column' ? expr.name : null;
}

/** Which result column it is: before all stars counted from the front, behind them from the end. */
function placeOf(columns: readonly ResultColumn[], index: number, count: number): number | null {
  const isStar = columns.map(({ expr }) => expr.kind === 'star');
  const firstStar = isStar.indexOf(true);
  if (firstStar < 0) return columns.length === count ? index : null;
  if (index < firstStar) return index;
  return index > isStar.lastIndexOf(true) ? index - columns.length + count : null;
}
