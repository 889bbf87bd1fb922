/**
 * VACUUM to another page size. SQLite copies the rebuilt database back over the old one page by page, up to the length that
 * the file reports, and ours reports one that no database reaches: it would never end. So the rebuilt database is written
 * beside it, to a file of sql.js, and laid over ours from there: the same content, and one record carries it. Rows of tables
 * without a key of their own keep their rowids, where VACUUM in place may number them anew: SQLite leaves that open.
 */
import type { Connection, RunOptions, RunOutcome } from '../connection.ts';
import { statementEnd } from '../statements/tokens.ts';

/** Runs a VACUUM after which the database may have another page size; `Connection.run` does so by itself. Errors as there. */
export function vacuumBeside(connection: Connection, sql: string, options: RunOptions): RunOutcome {
  const { file, module } = connection;
  const beside = new module.raw.Database();
  try {
    const outcome = connection.run(
      `${sql.slice(0, statementEnd(sql, 0)).replace(/;$/, '')}\nINTO '${beside.filename}'`,
      [],
      options,
    );
    const bytes = beside.export();
    // VACUUM temp writes nothing.
    if (bytes.length > 0) file.adopt(withNextCounters(bytes, file.changeCounter(), file.header().schemaCookie));
    return outcome;
  } finally {
    beside.close();
  }
}

/** A new file counts from one: other connections would not notice that it took the place of another. */
function withNextCounters(bytes: Uint8Array, changeCounter: number, schemaCookie: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint32(24, changeCounter + 1);
  view.setUint32(92, changeCounter + 1);
  view.setUint32(40, schemaCookie + 1);
  return bytes;
}
