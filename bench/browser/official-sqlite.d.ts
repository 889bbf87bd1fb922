/**
 * What of the official package is in use here. Its own types are only there once the peers are installed, and the type check
 * must not need them.
 */
declare module '@sqlite.org/sqlite-wasm' {
  type Value = null | number | bigint | string | Uint8Array;

  export interface OfficialStatement {
    readonly pointer: number;
    bind(index: number, value: Value): this;
    step(): boolean;
    get(columns: Value[]): Value[];
    reset(): this;
    finalize(): void;
  }

  export interface OfficialDatabase {
    readonly pointer: number;
    exec(sql: string): this;
    exec(options: { sql: string; rowMode: 'array'; returnValue: 'resultRows' }): Value[][];
    prepare(sql: string): OfficialStatement;
    close(): void;
  }

  export interface OfficialSqlite {
    oo1: { DB: new (name: string) => OfficialDatabase };
    wasm: { allocFromTypedArray(bytes: Uint8Array): number; heap8u(): Uint8Array };
    capi: {
      SQLITE_DESERIALIZE_FREEONCLOSE: number;
      SQLITE_DESERIALIZE_RESIZEABLE: number;
      SQLITE_ROW: number;
      sqlite3_deserialize(db: number, schema: string, data: number, size: number, room: number, flags: number): number;
      sqlite3_js_db_export(db: number): Uint8Array;
      sqlite3_bind_int(statement: number, index: number, value: number): number;
      sqlite3_step(statement: number): number;
      sqlite3_reset(statement: number): number;
      sqlite3_column_int(statement: number, column: number): number;
      sqlite3_column_double(statement: number, column: number): number;
      sqlite3_column_text(statement: number, column: number): string | null;
    };
  }

  export default function start(): Promise<OfficialSqlite>;
}
