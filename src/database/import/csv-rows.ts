/**
 * Records of CSV as cells. Papa Parse splits them; this adds what it does not tell: in which line of the file a record stands,
 * how it reads there, and whether a cell was quoted (an unquoted empty cell is no value, a quoted one an empty text).
 */
import type Papa from 'papaparse';
import {
  closingQuote,
  countOf,
  RecordCutter,
  type CsvBadRecord,
  type CsvDialect,
  type CsvStretch,
} from './csv-records.ts';
import type { TextChunk } from './text-chunks.ts';

/** The low-level parser is exported by the package, but not described in its types. */
type Parser = new (config: object) => {
  parse(text: string, baseIndex: number, ignoreLastRow: boolean): { data: string[][] };
};

let loaded: Promise<Parser> | null = null;

/** Papa Parse, fetched when the first CSV file comes. */
export function loadParser(): Promise<Parser> {
  loaded ??= import('papaparse').then((module) => {
    const papa = ((module as { default?: typeof Papa }).default ?? module) as unknown as { Parser: Parser };
    return papa.Parser;
  });
  return loaded;
}

export class CsvRecords {
  readonly rows: string[][];
  readonly #stretch: CsvStretch;
  readonly #dialect: CsvDialect;
  /** Lines of the stretch; made when first asked for. */
  #lines: string[] | null = null;
  /** First line of each record, where records span several. At once: whoever reads the rows may put values in their place. */
  readonly #starts: number[] | null;

  constructor(parser: Parser, stretch: CsvStretch, dialect: CsvDialect) {
    this.#stretch = stretch;
    this.#dialect = dialect;
    const { delimiter, quote: quoteChar, newline } = dialect;
    const endings = newline === '\n' && stretch.text.includes('\r\n');
    // Where no cell is quoted, line ends are made alike at once; else the last cell of each record is looked at.
    const text = endings && !stretch.hasQuotes ? stretch.text.replaceAll('\r\n', '\n') : stretch.text;
    this.rows = new parser({ delimiter, quoteChar, newline }).parse(text, 0, false).data;
    // Each record ends with a line end, after which the parser finds one more, empty record.
    this.rows.pop();
    this.#starts = stretch.multiline ? starts(this.rows, newline) : null;
    if (endings && stretch.hasQuotes) this.rows.forEach((row, index) => this.#dropCarriageReturn(row, index));
  }

  get hasQuotes(): boolean {
    return this.#stretch.hasQuotes;
  }

  /** Whether `text` appears anywhere, as it stands in the file. */
  includes(text: string): boolean {
    return this.#stretch.text.includes(text);
  }

  lineOf(row: number): number {
    return this.#stretch.line + this.#startOf(row);
  }

  /** The record as it stands in the file, without its line end. */
  textOf(row: number): string {
    this.#lines ??= this.#stretch.text.split(this.#dialect.newline);
    const end = row + 1 < this.rows.length ? this.#startOf(row + 1) : this.#lines.length - 1;
    const text = this.#lines.slice(this.#startOf(row), end).join(this.#dialect.newline);
    return text.endsWith('\r') ? text.slice(0, -1) : text;
  }

  /** Whether each cell of a record was quoted. */
  quotedCells(row: number): boolean[] {
    const text = this.textOf(row);
    const { delimiter, quote } = this.#dialect;
    let at = 0;
    return this.rows[row].map(() => {
      const quoted = text[at] === quote;
      const end = text.indexOf(delimiter, quoted ? closingQuote(text, at, quote) + 1 : at);
      at = end < 0 ? text.length : end + 1;
      return quoted;
    });
  }

  #startOf(row: number): number {
    return this.#starts ? this.#starts[row] : row;
  }

  /** A `\r` at the end of an unquoted last cell belongs to the line end. */
  #dropCarriageReturn(row: string[], index: number): void {
    const last = row.length - 1;
    if (!row[last].endsWith('\r')) return;
    if (this.includes(`\r${this.#dialect.quote}`) && this.quotedCells(index)[last]) return;
    row[last] = row[last].slice(0, -1);
  }
}

function starts(rows: readonly (readonly string[])[], newline: string): number[] {
  let line = 0;
  return rows.map((cells) => {
    const start = line++;
    for (const cell of cells) line += countOf(cell, newline);
    return start;
  });
}

/** The records of a whole text, chunk by chunk, bad ones between the others in the order of the file. */
export async function* csvRecords(
  chunks: AsyncIterable<TextChunk>,
  dialect: CsvDialect,
  isWhole = true,
): AsyncGenerator<{ bytesRead: number; records: CsvRecords | CsvBadRecord }> {
  const parser = await loadParser();
  const cutter = new RecordCutter(dialect);
  let bytesRead = 0;
  const shaped = (piece: CsvStretch | CsvBadRecord) => ({
    bytesRead,
    records: piece.kind === 'bad' ? piece : new CsvRecords(parser, piece, dialect),
  });
  for await (const chunk of chunks) {
    bytesRead = chunk.bytesRead;
    for (const piece of cutter.push(chunk.text, false)) yield shaped(piece);
  }
  if (isWhole) for (const piece of cutter.push('', true)) yield shaped(piece);
}
