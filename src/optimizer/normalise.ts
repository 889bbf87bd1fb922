/** The text as the rules want it, meaning the same: anonymous parameters numbered, so that they may move; strings in single quotes. */
import { printName } from '../sql/print.ts';
import type { Schema } from '../sql/schema.ts';
import { foldCase, identifierName, tokenize, type Token } from '../sql/tokens.ts';
import { parameterTokens, programOf } from './bytecode.ts';
import type { Sandbox } from './sandbox.ts';

/** Errors: `sql` when SQLite refuses the text. */
export function normalise(sql: string, schema: Schema, sandbox: Sandbox): string {
  const plain = singleQuoted(sql, schema, false);
  if (plain === sql) return numberParameters(sql);
  const compiled = (text: string): string => [...programOf(sandbox, text), ...sandbox.columnNames(text)].join('\n');
  const wanted = compiled(sql);
  // A result column is named after its text: where that matters it gets its old name.
  const same = [plain, singleQuoted(sql, schema, true)].find((text) => {
    try {
      return compiled(text) === wanted;
    } catch {
      return false;
    }
  });
  return numberParameters(same ?? sql);
}

/** `?` as `?1`, `?2` … where all parameters are anonymous; the text unchanged otherwise. */
export function numberParameters(sql: string): string {
  const parameters = parameterTokens(sql);
  if (parameters.length === 0 || parameters.some((one) => one !== '?')) return sql;
  let number = 0;
  return replaced(sql, (token) => (token.kind === 'parameter' ? `?${++number}` : null));
}

/**
 * `"x"` as `'x'` where neither schema nor text has such a name: SQLite reads that as a string, and our printer never writes double quotes.
 * A guess, which the caller checks by the program.
 */
function singleQuoted(sql: string, schema: Schema, named: boolean): string {
  const tokens = tokenize(sql);
  const text = (token: Token | undefined): string => (token ? sql.slice(token.start, token.end) : '');
  if (!tokens.some((token) => token.kind === 'quoted')) return sql;
  const names = new Set(
    schema.tables.flatMap((table) => [table.name, ...table.columns.map((one) => one.name)]).map(foldCase),
  );
  tokens.forEach((token, index) => {
    const isAlias = foldCase(text(tokens[index - 1])) === 'as';
    if (isAlias || /^(word|backtick|bracket)$/.test(token.kind)) names.add(foldCase(identifierName(text(token))));
  });
  return replaced(sql, (token, index) => {
    const name = token.kind === 'quoted' ? identifierName(text(token)) : null;
    if (name === null || names.has(foldCase(name))) return null;
    const string = `'${name.replaceAll("'", "''")}'`;
    return named && isWholeColumn(text(tokens[index - 1]), text(tokens[index + 1]))
      ? `${string} AS ${printName(text(token))}`
      : string;
  });
}

/** Whether what stands between may be a result column by itself, without an alias. */
function isWholeColumn(before: string, after: string): boolean {
  return /^(select|distinct|all|,)$/i.test(before) && /^(from|where|order|limit|union|,|\)|;|)$/i.test(after);
}

/** The text with each token for which `change` answers one replaced. */
function replaced(sql: string, change: (token: Token, index: number) => string | null): string {
  let [text, at] = ['', 0];
  for (const [index, token] of tokenize(sql).entries()) {
    const other = change(token, index);
    if (other === null) continue;
    text += sql.slice(at, token.start) + other;
    at = token.end;
  }
  return text + sql.slice(at);
}
