/**
 * Rows as text in one of the export formats, window by window: nobody needs the whole text in one piece. Pure; a page uses it
 * for the rows that it shows, a worker for tables.
 */
import type { ExportFormat, ResultColumns } from '../protocol.ts';
import { csvFormatter } from './csv.ts';
import { jsonFormatter, ndjsonFormatter } from './json.ts';
import { markdownFormatter } from './markdown.ts';
import { sqlFormatter, type SqlTarget } from './sql.ts';

export { EXPORT_FORMATS, formatEntry, type FormatEntry } from './catalogue.ts';

/** Called in this order: `begin` once, `rows` for each window, `end` once; the texts joined are the file. */
export interface RowFormatter {
  /** `first` is the first window, for its names, and for what its columns seem to hold. */
  begin(first: ResultColumns): string;
  /** Rows `from` up to `to` (excluded). Cells that were cut must stand whole in `window.large`. */
  rows(window: ResultColumns, from: number, to: number): string;
  end(): string;
}

/** `target` is where INSERT statements go; the other formats do not look at it. */
export function createFormatter(format: ExportFormat, target: SqlTarget): RowFormatter {
  switch (format) {
    case 'csv':
      return csvFormatter();
    case 'json':
      return jsonFormatter();
    case 'ndjson':
      return ndjsonFormatter();
    case 'markdown':
      return markdownFormatter();
    case 'sql':
      return sqlFormatter(target);
  }
}

/** A whole result at once, for small ones. */
export function formatted(format: ExportFormat, result: ResultColumns, target: SqlTarget): string {
  const formatter = createFormatter(format, target);
  return formatter.begin(result) + formatter.rows(result, 0, result.rowCount) + formatter.end();
}
