/** What is wrong with the indexes and statistics that are there: two that do one's work, one that nothing uses, a planner that guesses. */
import { quoted } from '../core/sql-name.ts';
import type { SchemaFinding } from '../optimizer/advice.ts';
import { foldCase } from '../sql/tokens.ts';
import { serves } from './candidates.ts';
import type { ExistingIndex } from './existing.ts';

/**
 * `usedNames`: folded names of indexes that some plan of the workload uses, before the advice or with it; null where no workload was looked at, and then nothing is
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
    // An index of fewer rows is smaller than one of all: that the other can stand for it was not measured.
    const other = existing.find(
      (two, at) =>
        at !== index && two.where === one.where && serves(two, one) && (!serves(one, two) || at < index || two.unique),
    );
    if (other) {
      const same = other.parts.length === one.parts.length;
      const told = same
        ? `${one.name} holds the same as ${other.name}: one of them is kept up to date for nothing.`
        : `${other.name} begins with all of ${one.name} (${one.parts.join(', ')}) and can stand for it.`;
      found.push({ kind: same ? 'duplicate' : 'prefix', name: one.name, told, ddl });
    } else if (usedNames && !usedNames.has(foldCase(one.name)) && !one.servesForeignKey) {
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

/** Folded names of those that one of the plans names. */
export function usedIndexes(
  existing: readonly ExistingIndex[],
  plans: readonly (readonly { detail: string }[])[],
): Set<string> {
  const details = plans.flatMap((plan) => plan.map(({ detail }) => `${detail} `));
  const used = existing.filter(({ name }) => details.some((detail) => detail.includes(` INDEX ${name} `)));
  return new Set(used.map(({ name }) => foldCase(name)));
}
