/** Statements as scripts. */
import { quoted } from '../core/sql-name.ts';
import { tokenize } from '../sql/tokens.ts';

/** Does what is advised, in this order. Statistics come last: they count the new indexes too. */
export function applyScript(ddls: readonly string[]): string {
  return ddls.map((ddl) => `${ddl};`).join('\n');
}

/** Takes it back. `hadStatistics`: then those that ANALYZE replaced cannot be had again, and stay. */
export function undoScript(names: readonly string[], analyze: boolean, hadStatistics: boolean): string {
  const drops = names.map((name) => `DROP INDEX IF EXISTS ${quoted(name)};`);
  const forget = analyze && !hadStatistics ? ['DROP TABLE IF EXISTS sqlite_stat1;'] : [];
  return [...drops, ...forget].join('\n');
}

/** Without semicolons at its end. */
export function trimmed(sql: string): string {
  const tokens = tokenize(sql);
  while (tokens.length > 0 && sql[tokens.at(-1)?.start ?? 0] === ';') tokens.pop();
  return sql.slice(tokens[0]?.start ?? 0, tokens.at(-1)?.end ?? 0);
}
