/**
 * What rows are known to hold, as texts that can be compared: two rows with different texts for one column are not the same
 * row, whatever affinity and collation make of them. Where that could not be promised (a text in a column of numbers, a real, an
 * integer that a double cannot hold) there is no text.
 */
import { foldCase } from '../../sql/tokens.ts';
import type { RowKey, SoughtValue, SqlValue } from '../protocol.ts';

/** By SQLite's letters: none, TEXT, NUMERIC, INTEGER, REAL, FLEXNUM. */
const NUMERIC = 'CDEF';

/** Null when nothing certain can be said of a row's value after this affinity. */
export function keyText(value: SqlValue, affinity: string): string | null {
  if (affinity.length !== 1) return null;
  if (typeof value === 'number' || typeof value === 'bigint') {
    const number = Number(value);
    if (!Number.isSafeInteger(number) || Object.is(number, -0)) return null;
    return affinity === 'B' ? `t${number}` : `n${number}`;
  }
  if (typeof value !== 'string' || NUMERIC.includes(affinity)) return null;
  // Lone surrogates all become one character, and NOCASE stops at a NUL.
  if (/\p{Surrogate}|\0/u.test(value)) return null;
  return `t${foldCase(value).replace(/ +$/, '')}`;
}

/** Of a row that was sought; null when none of its values can be told. */
export function soughtKey(sought: readonly SoughtValue[], valueOf: (parameter: number) => SqlValue): RowKey | null {
  const key: Record<string, string> = {};
  for (const { column, affinity, literal, parameter } of sought) {
    const text = keyText(parameter === undefined ? (literal ?? null) : valueOf(parameter), affinity);
    // The same column twice: only one of the two is needed.
    if (text !== null) key[column] = text;
  }
  return Object.keys(key).length > 0 ? key : null;
}
