/**
 * Two independent readers. Where both know a text, their trees must be equal: this is how a NATURAL that was taken for an alias is caught.
 * Where one alone knows it, its tree goes on, and the round trip decides.
 */
import { printSelect } from '../print.ts';
import { sameTree } from '../shapes.ts';
import { loadNodeSqlParser } from './node-sql-parser.ts';
import type { Reader, ReadResult } from './reader.ts';
import { loadSqliteGrammar } from './sqlite-grammar.ts';

/** Loads both parsers, each a chunk of its own. */
export async function loadReader(): Promise<Reader> {
  const [nodeSqlParser, sqliteParser] = await Promise.all([loadNodeSqlParser(), loadSqliteGrammar()]);
  return agreed(nodeSqlParser, sqliteParser);
}

/** A reader that answers what both agree on. */
export function agreed(nodeSqlParser: Reader, sqliteParser: Reader): Reader {
  return (sql, effort) => {
    const second = sqliteParser(sql);
    if (second.ok ? effort === 'quick' : second.tooMuch) return second;
    const first = nodeSqlParser(sql);
    if (!first.ok) return second.ok ? { ...second, alone: `node-sql-parser does not: ${first.reason}` } : second;
    if (!second.ok) return { ...first, alone: `SQLite's grammar does not: ${second.reason}` };
    if (sameTree(first.select, second.select)) return { ...second, readers: [...first.readers, ...second.readers] };
    const readings = { nodeSqlParser: printSelect(first.select), sqliteParser: printSelect(second.select) };
    return { ok: false, reason: disagreement(readings), readings };
  };
}

function disagreement({
  nodeSqlParser,
  sqliteParser,
}: Required<Extract<ReadResult, { ok: false }>>['readings']): string {
  return `two readers disagree about it: node-sql-parser reads ${nodeSqlParser}, SQLite's grammar reads ${sqliteParser}`;
}
