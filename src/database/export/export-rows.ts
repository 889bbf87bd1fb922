/** A table, a query or a whole database of a private connection, written window by window into a file. */
import { AppError } from '../../core/errors.ts';
import { quoted } from '../../core/sql-name.ts';
import type { Classifier } from '../statements/classifier.ts';
import { byteLengthOf } from '../rows/columns.ts';
import type { Connection } from '../connection.ts';
import type { ExportFormat, ExportSource, Parameters, ResultColumns } from '../protocol.ts';
import { writeDump } from './dump.ts';
import { createFormatter, formatEntry, type RowFormatter } from './formatter.ts';
import type { SqlTarget } from './sql.ts';
import { TextFile } from './text-file.ts';

/** What a window should hold: enough to be quick, not so much that a cancel waits or memory fills. */
const WINDOW_BYTES = 2_000_000;
const WINDOW_ROWS_FIRST = 64;
const WINDOW_ROWS_MAX = 10_000;

/** How a long export tells how far it is, and lets others in. */
export interface ExportWatch {
  /** After each window. Error `cancelled` when it was asked to stop. */
  rowsWritten(rows: number): Promise<void>;
}

/** Where rows go: the file, the format, the watch. */
export interface RowSink {
  file: TextFile;
  watch: ExportWatch;
}

/** Errors: `export` when there is no such table or the text is no single query; `sql`, `parameters`, `cancelled`. */
export async function exportRows(
  { connection, classifier }: { connection: Connection; classifier: Classifier },
  what: ExportSource,
  format: ExportFormat,
  watch: ExportWatch,
): Promise<{ file: Blob; rows: number }> {
  const sink: RowSink = { file: new TextFile(), watch };
  const rows = await writeSource(connection, classifier, what, format, sink);
  return { file: sink.file.finish(formatEntry(format).mime), rows };
}

async function writeSource(
  connection: Connection,
  classifier: Classifier,
  what: ExportSource,
  format: ExportFormat,
  sink: RowSink,
): Promise<number> {
  if ('database' in what) {
    if (format !== 'sql') {
      throw new AppError(
        'export',
        'A whole database can be saved as SQL only; save its tables one by one, or the file.',
      );
    }
    return writeDump(connection, sink);
  }
  if ('table' in what) {
    const { sql, target } = tableSource(connection, what.table, format);
    const [{ classification }] = classifier.describe(sql);
    if (classification?.connectionState) throw ofOneConnection();
    return writeRows(connection, sql, [], createFormatter(format, target), sink);
  }
  const sql = onlyQuery(classifier, what.sql);
  return writeRows(connection, sql, what.parameters ?? [], createFormatter(format, { table: 'result' }), sink);
}

/** Writes the rows of a query; answers how many there were. */
export async function writeRows(
  connection: Connection,
  sql: string,
  parameters: Parameters,
  formatter: RowFormatter,
  { file, watch }: RowSink,
): Promise<number> {
  let rows = 0;
  let begun = false;
  for (const window of connection.windows(sql, parameters, windowRows)) {
    if (!begun) file.write(formatter.begin(window));
    begun = true;
    file.write(formatter.rows(window, 0, window.rowCount));
    rows += window.rowCount;
    await watch.rowsWritten(window.rowCount);
  }
  file.write(formatter.end());
  return rows;
}

function windowRows(before: ResultColumns | null): number {
  if (!before || before.rowCount === 0) return WINDOW_ROWS_FIRST;
  const fitting = Math.floor((WINDOW_BYTES / byteLengthOf(before)) * before.rowCount);
  return Math.max(1, Math.min(fitting, before.rowCount * 4, WINDOW_ROWS_MAX));
}

/** As SQL a table brings its own definition and indexes, and leaves out what is computed; a view becomes a table of its rows. */
function tableSource(connection: Connection, name: string, format: ExportFormat): { sql: string; target: SqlTarget } {
  const [found] = connection.query(
    "SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'view') AND name = ? COLLATE NOCASE",
    [name],
  );
  if (!found) throw new AppError('export', `There is no table named ${name} any more: nothing was saved.`);
  const table = String(found[0]);
  const ddl = String(found[2]);
  const asTable = format === 'sql' && found[1] === 'table' && !/^\s*create\s+virtual\b/i.test(ddl);
  if (!asTable) return { sql: selectOf(connection, table, 'visible'), target: { table } };
  const indexes = connection
    .query("SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL ORDER BY rowid", [
      table,
    ])
    .map(([sql]) => `${String(sql)};\n`);
  return {
    sql: selectOf(connection, table, 'stored'),
    target: { table, before: `${ddl};\n`, after: indexes.join('') },
  };
}

/** All columns by name, whatever the settings say about names; `stored` leaves out those that are computed. */
export function selectOf(connection: Connection, table: string, which: 'visible' | 'stored'): string {
  const columns = connection
    .query('SELECT name, hidden FROM pragma_table_xinfo(?)', [table])
    .filter(([, hidden]) => hidden === 0 || (which === 'visible' && hidden !== 1))
    .map(([name]) => `${quoted(String(name))} AS ${quoted(String(name))}`);
  return `SELECT ${columns.length > 0 ? columns.join(', ') : '*'} FROM ${quoted(table)}`;
}

function onlyQuery(classifier: Classifier, text: string): string {
  const statements = classifier.describe(text);
  const [only] = statements;
  if (!only || statements.length > 1) {
    throw new AppError('export', 'Rows of one statement can be saved; this text has ' + `${statements.length}.`);
  }
  if (!only.classification) throw new AppError('sql', only.error?.message ?? 'The query does not compile.', only.error);
  const { kind } = only.classification;
  if (kind !== 'read' && kind !== 'pragma-read' && kind !== 'explain') {
    throw new AppError('export', 'Only a query that reads can be saved as rows; this statement writes.');
  }
  if (only.classification.connectionState) throw ofOneConnection();
  return only.sql;
}

/** Elsewhere it would say something else than on the screen. */
function ofOneConnection(): AppError {
  return new AppError(
    'export',
    'These rows are what the primary alone knows (its own latest changes, or temporary tables): run again for a file they would be others. Save the result that is shown instead.',
  );
}
