/** SQLite names an unaliased result column after its text, so printing it differently would rename it: these keep the old names. */
import type { Select } from '../sql/ast.ts';

/** The query with aliases where `now` differs from `wanted`; null where that is not possible: for the columns of a star, for other counts. */
export function withNames(query: Select, now: readonly string[], wanted: readonly string[]): Select | null {
  if (now.length !== wanted.length) return null;
  if (now.every((name, index) => name === wanted[index])) return query;
  const { columns } = query.first;
  const isStar = columns.map(({ expr }) => expr.kind === 'star');
  const [firstStar, lastStar] = [isStar.indexOf(true), isStar.lastIndexOf(true)];
  if (firstStar < 0 && columns.length !== wanted.length) return null;
  const named = columns.map((one, index) => {
    // Before all stars columns are counted from the front, behind them from the end; between two nobody knows.
    const place =
      firstStar < 0 || index < firstStar ? index : index > lastStar ? index - columns.length + now.length : -1;
    return place < 0 || now[place] === wanted[place] ? one : { ...one, alias: wanted[place] };
  });
  return { ...query, first: { ...query.first, columns: named } };
}
