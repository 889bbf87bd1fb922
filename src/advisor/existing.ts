/** The indexes that a database has, in the advisor's own terms. */
import { quoted } from '../core/sql-name.ts';
import type { Sandbox } from '../optimizer/sandbox.ts';
import { printName } from '../sql/print.ts';
import { foldCase, tokenize } from '../sql/tokens.ts';
import type { IndexCandidate } from './candidates.ts';

export interface ExistingIndex extends IndexCandidate {
  name: string;
  unique: boolean;
  /** Of a PRIMARY KEY or UNIQUE: it cannot be dropped. */
  isConstraint: boolean;
  /** Begins with a column of a foreign key: a delete of what it refers to looks for rows by it, which no plan shows. */
  servesForeignKey: boolean;
  ddl: string | null;
}

export function existingIndexes(data: Sandbox): ExistingIndex[] {
  const listed = data
    .run(
      `SELECT m.name, m.tbl_name, m.sql, i."unique", i.origin FROM sqlite_schema AS m, pragma_index_list(m.tbl_name) AS i
       WHERE m.type = 'index' AND i.name = m.name ORDER BY m.rowid`,
      [],
      null,
    )
    .rows();
  const references = new Set(
    data
      .run(
        `SELECT m.name, f."from" FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table'`,
        [],
        null,
      )
      .rows()
      .map(([table, column]) => foldCase(`${String(table)} ${printName(String(column))}`)),
  );
  return listed.map(([name, table, sql, unique, origin]) => {
    const ddl = sql === null ? null : String(sql);
    const { parts, where } = ddl === null ? { parts: columnsOf(String(name), data), where: null } : definitionOf(ddl);
    const given = { name: String(name), table: String(table), parts, where, ddl, reason: '' };
    const servesForeignKey = references.has(foldCase(`${given.table} ${parts[0] ?? ''}`));
    return { ...given, unique: unique === 1n, isConstraint: origin !== 'c', servesForeignKey };
  });
}

function columnsOf(index: string, data: Sandbox): string[] {
  return data
    .run(`SELECT name FROM pragma_index_xinfo(${quoted(index)}) WHERE "key" ORDER BY seqno`, [], null)
    .rows()
    .map(([name]) => printName(String(name)));
}

/** Key parts and WHERE of a CREATE INDEX, each with one space between tokens; names as they stand, quotes aside. */
export function definitionOf(ddl: string): { parts: string[]; where: string | null } {
  const tokens = tokenize(ddl);
  const text = (index: number): string => {
    const token = tokens[index];
    return token ? ddl.slice(token.start, token.end) : '';
  };
  let at = tokens.findIndex((_, index) => text(index) === '(');
  const parts: string[] = [];
  let start = at + 1;
  for (let depth = 0; at < tokens.length && at >= 0; at++) {
    const one = text(at);
    if (one === '(') depth++;
    if (one === ')') depth--;
    if ((one === ',' && depth === 1) || depth === 0) {
      const whole = ddl.slice(tokens[start]?.start ?? 0, tokens[at - 1]?.end ?? 0);
      parts.push(nameIn(whole.replace(/\s+ASC$/i, '')));
      start = at + 1;
    }
    if (depth === 0) break;
  }
  const where = tokens[at + 1];
  return {
    parts,
    where: where
      ? ddl
          .slice(where.end)
          .replace(/;?\s*$/, '')
          .trim()
      : null,
  };
}

/** A name in quotes as it is printed elsewhere. */
function nameIn(part: string): string {
  const quoted = /^(?:"([^"]+)"|`([^`]+)`|\[([^\]]+)\])$/.exec(part);
  return quoted ? printName(quoted[1] ?? quoted[2] ?? quoted[3] ?? '') : part;
}
