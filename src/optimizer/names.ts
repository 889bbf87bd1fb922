/** SQLite names an unaliased result column after its text, so printing it differently would rename it: these keep the old names. */
import type { Select } from '../sql/ast.ts';

/** The query with aliases where `now` differs from `wanted`; null when a star stands in the way or the counts differ. */
export function withNames(query: Select, now: readonly string[], wanted: readonly string[]): Select | null {
  if (now.length !== wanted.length) return null;
  if (now.every((name, index) => name === wanted[index])) return query;
  const { columns } = query.first;
  if (columns.length !== wanted.length || columns.some(({ expr }) => expr.kind === 'star')) return null;
  const named = columns.map((one, index) =>
    now[index] === wanted[index] ? one : { ...one, alias: wanted[index] ?? null },
  );
  return { ...query, first: { ...query.first, columns: named } };
}
