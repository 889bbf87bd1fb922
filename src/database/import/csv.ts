/** CSV as a source of rows: NULLs found as they stand in the file, cells fitted to types, ragged lines kept aside. */
import { formatBytes } from '../../core/bytes.ts';
import type { SqlValue } from '../protocol.ts';
import { asQuoted } from './csv-guess.ts';
import { pointed, type DecimalSign } from './decimal.ts';
import { csvRecords, type CsvRecords } from './csv-rows.ts';
import type { CsvDialect } from './csv-records.ts';
import { refuse } from './file-kind.ts';
import { fitText, fitWritten, Misfit, shown } from './fit.ts';
import type { Ledger } from './ledger.ts';
import type { ImportReading, ImportType } from './protocol.ts';
import type { RowBatch, RowSource } from './row-source.ts';
import { CHUNK_BYTES, type TextChunk } from './text-chunks.ts';

const EMPTY_LINES = '# empty {line was|lines were} passed over.';
const THOUSANDS = '# {number was|numbers were} written with signs between the thousands, which are left out.';
const BAD_CHARACTERS = `# {piece|pieces} of the file (${formatBytes(CHUNK_BYTES)} each) {has|have} bytes without a meaning in its encoding: they were read as “\uFFFD”.`;

/** `chunks` from the beginning of the file; `isWhole` unless they are cut off before its end. */
export function csvSource(
  reading: ImportReading,
  newline: CsvDialect['newline'],
  chunks: () => AsyncIterable<TextChunk>,
  isWhole = true,
  /** Lines of the file that `chunks` left out before the first row. */
  linesBefore = 0,
): RowSource {
  const dialect = { delimiter: reading.delimiter, quote: reading.quote, newline };
  checkDialect(dialect);
  return async function* (types, ledger) {
    const nulls = nullsOf(reading);
    let headerDue = reading.header;
    const watched = watchCharacters(chunks(), reading, ledger);
    for await (const { bytesRead, records } of csvRecords(watched, dialect, isWhole)) {
      if ('kind' in records) {
        if (!headerDue) ledger.bad(records.line + linesBefore, () => records.text, records.reason);
        headerDue = false;
        continue;
      }
      const batch = shape(records, types, { ...reading, nulls, headerDue, linesBefore }, ledger);
      headerDue &&= batch.headerDue;
      yield { rows: batch.rows, lineOf: batch.lineOf, bytesRead };
    }
  };
}

export function checkDialect({ delimiter, quote }: Omit<CsvDialect, 'newline'>): void {
  const usable = (text: string): boolean => text.length === 1 && !'\r\n\uFEFF'.includes(text);
  if (!usable(delimiter) || delimiter === '"')
    throw refuse('The delimiter must be one character, and no quote or line end.');
  if (!usable(quote) || quote === delimiter) throw refuse('The quote must be one character other than the delimiter.');
}

interface Nulls {
  bare: ReadonlySet<string>;
  /** Contents of quoted cells that mean NULL; empty nearly always. */
  quoted: ReadonlySet<string>;
}

function nullsOf({ nullTexts, quote }: ImportReading): Nulls {
  const isQuoted = (text: string): boolean => text.length > 1 && text.startsWith(quote) && text.endsWith(quote);
  return {
    bare: new Set(nullTexts.filter((text) => !isQuoted(text))),
    quoted: new Set(nullTexts.filter(isQuoted).map((text) => text.slice(1, -1).replaceAll(quote + quote, quote))),
  };
}

interface Shape {
  nulls: Nulls;
  headerDue: boolean;
  quote: string;
  decimal: DecimalSign;
  linesBefore: number;
}

function shape(
  records: CsvRecords,
  types: readonly (ImportType | null)[],
  { nulls, headerDue, quote, decimal, linesBefore }: Shape,
  ledger: Ledger,
): Pick<RowBatch, 'rows' | 'lineOf'> & { headerDue: boolean } {
  const rows: SqlValue[][] = [];
  /** Places among the records, once one of them is left out. */
  let places: number[] | null = null;
  const isNull = nullTest(records, nulls, quote);
  const { rows: cells } = records;
  for (let row = 0; row < cells.length; row++) {
    const fitted = isEmpty(cells[row], types.length) ? null : fitRow(cells[row], row);
    if (fitted) {
      rows.push(fitted);
      places?.push(row);
    } else places ??= Array.from({ length: rows.length }, (_, index) => index);
  }
  return { rows, headerDue, lineOf: (row) => lineOf(places ? places[row] : row) };

  function lineOf(place: number): number {
    return records.lineOf(place) + linesBefore;
  }

  /** In an empty line of a file with one column stands a NULL. */
  function isEmpty(row: readonly string[], width: number): boolean {
    if (row.length > 1 || row[0] !== '' || width === 1) return false;
    ledger.count(EMPTY_LINES);
    return true;
  }

  function fitRow(row: string[], place: number): SqlValue[] | null {
    if (headerDue) {
      headerDue = false;
      return null;
    }
    if (row.length !== types.length) {
      const reason = `${row.length === 1 ? '1 cell' : `${row.length} cells`} where ${types.length} were expected.`;
      ledger.bad(lineOf(place), () => records.textOf(place), reason);
      return null;
    }
    const values: SqlValue[] = row;
    for (let column = 0; column < row.length; column++) {
      const type = types[column];
      if (type === null || isNull(row, place, column)) {
        values[column] = null;
        continue;
      }
      if (type === 'TEXT' || type === 'BLOB') continue;
      const value = fitCell(type, row[column], column);
      if (value instanceof Misfit) {
        ledger.misfit(lineOf(place), () => records.textOf(place), column, row[column], value);
        return null;
      }
      values[column] = value;
    }
    return values;
  }

  function fitCell(type: ImportType, text: string, column: number): SqlValue | Misfit {
    const odd = ledger.odd[column];
    const written = pointed(text, decimal);
    const value = written === null ? null : fitWritten(type, written, odd);
    if (value !== null && (written === text || !(value instanceof Misfit))) {
      if (text.includes(decimal === '.' ? ',' : '.')) ledger.count(THOUSANDS);
      return value;
    }
    // Not of the form: it stays as it stands, unless SQLite would take it for a number.
    const kept = fitText(type, text, odd);
    if (!(kept instanceof Misfit) || decimal === '.') return kept;
    return new Misfit(`${shown(text)} has no decimal comma, but SQLite would take it for a number`);
  }
}

function nullTest(
  records: CsvRecords,
  { bare, quoted }: Nulls,
  quote: string,
): (row: readonly string[], place: number, column: number) => boolean {
  // Nearly always only the empty cell is one: a look at the length spares the hash of every text.
  const longest = Math.max(0, ...[...bare, ...quoted].map((text) => text.length));
  if (!records.hasQuotes) {
    return (row, _place, column) => row[column].length <= longest && bare.has(row[column]);
  }
  // Where a text never stands in quotes here, no record has to be looked at twice.
  const sure = new Map([...bare, ...quoted].map((text) => [text, !records.includes(asQuoted(text, quote))]));
  let lookedAt = -1;
  let quotedCells: boolean[] = [];
  return (row, place, column) => {
    const text = row[column];
    if (text.length > longest) return false;
    const isSure = sure.get(text);
    if (isSure === undefined) return false;
    if (isSure) return bare.has(text);
    if (bare.has(text) && quoted.has(text)) return true;
    if (lookedAt !== place) quotedCells = records.quotedCells((lookedAt = place));
    return (quotedCells[column] ? quoted : bare).has(text);
  };
}

async function* watchCharacters(
  chunks: AsyncIterable<TextChunk>,
  { encoding }: ImportReading,
  ledger: Ledger,
): AsyncGenerator<TextChunk> {
  for await (const chunk of chunks) {
    if (encoding !== 'windows-1252' && chunk.text.includes('\uFFFD')) ledger.count(BAD_CHARACTERS);
    yield chunk;
  }
}
