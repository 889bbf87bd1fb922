/** The plain path for integers beyond 32 bits, where they cannot be bound: literals in the text, and what is left to bind. */
import type { SqlValue } from '../protocol.ts';
import { tokensOf, type Variable } from '../statements/tokens.ts';
import { isWideInteger, wideLiteral } from './parameters.ts';

/** The text with literals in place of parameters that hold integers beyond 32 bits, for where those cannot be bound. */
export function withWideLiterals(sql: string, variables: readonly Variable[], values: Map<number, SqlValue>): string {
  let text = '';
  let at = 0;
  const byName = new Map(variables.map((variable) => [variable.name, variable.index]));
  let anonymous = variables.filter(({ name }) => name === '?').map(({ index }) => index);
  for (const token of tokensOf(sql)) {
    if (token.kind !== 'parameter') continue;
    const name = sql.slice(token.start, token.end);
    const index = name === '?' ? anonymous[0] : byName.get(name)!;
    if (name === '?') anonymous = anonymous.slice(1);
    const value = values.get(index);
    // Numbered, so that leaving one out does not renumber the others.
    const written = value !== undefined && isWideInteger(value) ? wideLiteral(value) : `?${index}`;
    text += sql.slice(at, token.start) + (values.size > 0 && hasWide(values) ? written : name);
    at = token.end;
  }
  return text + sql.slice(at);
}

const hasWide = (values: Map<number, SqlValue>): boolean => [...values.values()].some(isWideInteger);

/** Positional values for the text that `withWideLiterals` made; the places of literals hold nothing. */
export function keepNarrow(values: Map<number, SqlValue>): SqlValue[] {
  const kept: SqlValue[] = [];
  for (const [index, value] of values) if (!isWideInteger(value)) kept[index - 1] = value;
  return kept;
}
