/** What is wrong with the indexes and statistics that are there: two that do one's work, one that nothing uses, a planner that guesses. */
import { quoted } from '../core/sql-name.ts';
import type { SchemaFinding } from '../optimizer/advice.ts';
import { foldCase } from '../sql/tokens.ts';
import { serves } from './candidates.ts';
import type { ExistingIndex } from './existing.ts';

/**
 * `usedNames`: folded names of indexes that some plan of the workload uses; null where no workload was looked at, and then nothing is
 * called unused. `withoutStatistics`: tables with rows of which sqlite_stat1 says nothing.
 */
export function findingsOf(
  existing: readonly ExistingIndex[],
  usedNames: ReadonlySet<string> | null,
  withoutStatistics: readonly string[],
): SchemaFinding[] {
  const found: SchemaFinding[] = [];
  existing.forEach((one, index) => {
    if (one.isConstraint || one.unique) return;
    const ddl = `DROP INDEX ${quoted(one.name)};`;
    const other = existing.find(
      (two, at) => at !== index && serves(two, one) && (!serves(one, two) || at < index || two.unique),
    );
    if (other) {
      const same = other.parts.length === one.parts.length && other.where === one.where;
      const told = same
        ? `${one.name} holds the same as ${other.name}: one of them is kept up to date for nothing.`
        : `${other.name} begins with all of ${one.name} (${one.parts.join(', ')}) and can stand for it.`;
      found.push({ kind: same ? 'duplicate' : 'prefix', name: one.name, told, ddl });
    } else if (usedNames && !usedNames.has(foldCase(one.name))) {
      const told = `No plan of this workload uses ${one.name}; each write to ${one.table} keeps it up to date.`;
      found.push({ kind: 'unused', name: one.name, told, ddl });
    }
  });
  if (withoutStatistics.length > 0) {
    const tables = withoutStatistics.join(', ');
    const told = `SQLite has no statistics of ${tables}: it guesses how many rows a condition keeps. ANALYZE counts them.`;
    found.push({ kind: 'no-statistics', name: withoutStatistics[0] ?? '', told, ddl: 'ANALYZE;' });
  }
  return found;
}
