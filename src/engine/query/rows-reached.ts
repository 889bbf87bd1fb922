/** Which rows alone an answer rests on, by table: what a write to others cannot change. */
import { NO_ROWS, type RowsByTable } from '../../cache/freshness/row-keys.ts';
import { soughtKey } from '../../database/statements/row-key.ts';
import type { Classification, Parameters } from '../../database/protocol.ts';
import { boundValues, valueAt } from './parameters.ts';

export function rowsReached({ reach, parameters: names }: Classification, parameters: Parameters): RowsByTable {
  const values = reach.length > 0 ? boundValues(names, parameters) : null;
  if (values === null) return NO_ROWS;
  const rows = new Map<string, NonNullable<ReturnType<typeof soughtKey>>[]>();
  for (const { table, alternatives } of reach) {
    const keys = alternatives.map((sought) => soughtKey(sought, (number) => valueAt(values, number)));
    const known = keys.filter((key) => key !== null);
    if (known.length === keys.length) rows.set(table, known);
  }
  return rows;
}
