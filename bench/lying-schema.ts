/** Schemas that claim one thing too many: what a rule then proposes and did not before rests on that claim. */
import { containsKey, Schema, type Affinity, type ColumnInfo, type TableInfo } from '../src/sql/schema.ts';

export interface Lie {
  /** The kind of claim: of which column does not matter. */
  what: string;
  schema: Schema;
}

const AFFINITIES: readonly Affinity[] = ['INTEGER', 'TEXT'];

/** One false claim each, about these tables. */
export function liesAbout(schema: Schema, tables: readonly string[]): Lie[] {
  return tables.flatMap((name) => {
    const table = schema.table(name);
    if (table?.kind !== 'table') return [];
    const lies: Lie[] = [];
    const tell = (what: string, claimed: Partial<TableInfo>): void => {
      const others = schema.tables.map((one) => (one === table ? { ...table, ...claimed } : one));
      lies.push({ what, schema: new Schema(others) });
    };
    if (!table.strict) tell('STRICT', { strict: true });
    const narrower = table.sql.replaceAll(/\bIN \(([^()]*), [^,()]*\)/g, 'IN ($1)');
    if (narrower !== table.sql) tell('CHECK', { sql: narrower });
    for (const column of table.columns) {
      const as = (claimed: Partial<ColumnInfo>): Pick<TableInfo, 'columns'> => ({
        columns: table.columns.map((one) => (one === column ? { ...column, ...claimed } : one)),
      });
      const withKey = [...table.uniqueKeys, [column.name]];
      if (!column.notNull) tell('NOT NULL', as({ notNull: true }));
      if (column.collation !== 'BINARY') tell('collation', as({ collation: 'BINARY' }));
      if (!column.isRowid) {
        tell('row id', { ...as({ isRowid: true, notNull: true, affinity: 'INTEGER' }), uniqueKeys: withKey });
        for (const affinity of AFFINITIES) if (affinity !== column.affinity) tell('affinity', as({ affinity }));
      }
      if (!containsKey(table, [column.name])) tell('key', { ...as({ notNull: true }), uniqueKeys: withKey });
    }
    return lies;
  });
}
