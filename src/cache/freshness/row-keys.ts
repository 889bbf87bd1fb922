/**
 * What rows hold, as far as it is known: by column, a text. Two rows that differ in one of these texts are not the same row; a
 * column that is not there may hold anything.
 */
export type RowKey = Readonly<Record<string, string>>;

/** By table: only rows that fit one of the keys. Of tables that are not there any row may be meant. */
export type RowsByTable = ReadonlyMap<string, readonly RowKey[]>;

export const NO_ROWS: RowsByTable = new Map();

/** Whether no row can be among both. */
export function disjoint(some: readonly RowKey[], others: readonly RowKey[]): boolean {
  return some.every((one) => others.every((other) => differ(one, other)));
}

function differ(one: RowKey, other: RowKey): boolean {
  for (const column in one) {
    const value = other[column];
    if (value !== undefined && value !== one[column]) return true;
  }
  return false;
}
