/** A first look at a file: how it may be read, why, and its first rows exactly as an import would store them. */
import type { SqlValue } from '../protocol.ts';
import { CHOSEN, SAMPLE_ROWS, guessCsv, newlineOf } from './csv-guess.ts';
import { csvSource } from './csv.ts';
import { openFile, refuse } from './file-kind.ts';
import { previewJson } from './json-guess.ts';
import { jsonSource } from './json.ts';
import { Ledger } from './ledger.ts';
import { MARKDOWN_DELIMITER, MARKDOWN_LINES_DROPPED, markdownChunks } from './markdown.ts';
import { tableName } from './names.ts';
import type { ImportPreview, ImportReading } from './protocol.ts';
import type { RowSource } from './row-source.ts';
import { sampleText } from './sources.ts';
import type { TextChunk } from './text-chunks.ts';
import { ENCODING_NAMES, guessEncoding } from './text-encoding.ts';

const ROWS_SHOWN = 50;
const ENCODING_SAMPLE_BYTES = 1 << 20;

const FORMAT_NAMES = {
  csv: 'delimited text (CSV)',
  markdown: 'a Markdown table: outer bars and the line of dashes are left out',
  json: 'JSON',
  ndjson: 'NDJSON, one JSON document a line',
  parquet: 'Parquet',
  sql: 'an SQL script',
};

/** What `given` decides is taken as it is; the rest is guessed. Errors `import`. */
export async function previewImport(
  offered: Blob,
  offeredName: string,
  given: Partial<ImportReading>,
): Promise<ImportPreview> {
  const { file, name, format: likely } = await openFile(offered, offeredName);
  const format = given.format ?? likely;
  const common = {
    name: offeredName,
    byteLength: offered.size,
    totalRows: null,
    isWhole: true,
    table: format === 'sql' ? '' : tableName(name),
  };
  const empty: ImportReading = {
    format,
    encoding: 'utf-8',
    delimiter: ',',
    quote: '"',
    header: false,
    nullTexts: [],
    decimal: '.',
    path: [],
    columns: [],
  };
  const guesses = [`The file is read as ${FORMAT_NAMES[format]}${given.format ? `: ${CHOSEN}` : '.'}`];
  if (format === 'parquet') {
    const { previewParquet } = await import('./parquet.ts');
    const { columns, totalRows, source, notes } = await previewParquet(file, name, given.columns);
    const reading = { ...empty, columns };
    return {
      ...common,
      totalRows,
      reading,
      guesses: [...guesses, ...notes],
      otherPaths: [],
      ...(await firstRows(source, reading)),
    };
  }
  if (given.encoding) guesses.push(`Its letters are read as ${ENCODING_NAMES[given.encoding]}: ${CHOSEN}`);
  const encoding = given.encoding ?? (await encodingOf(file, guesses));
  const { text, isWhole } = await sampleText(file, encoding);
  // Who has chosen columns knows that each of the lines is a row.
  if (isWhole && !given.columns && text.trim() === '')
    throw refuse(`${offeredName} holds nothing but empty lines: there is nothing to import.`);
  if (format === 'sql') {
    const none = { rows: [], sampledRows: 0, nulls: [], badLines: [], others: [], misfits: [] };
    return { ...common, reading: { ...empty, encoding }, guesses, otherPaths: [], ...none };
  }
  const chunks = (): AsyncIterable<TextChunk> => once(text);
  common.isWhole = isWhole;
  if (format === 'csv') {
    const guess = await guessCsv(text, isWhole, name, given);
    const reading = { ...empty, encoding, ...guess.reading };
    const source = csvSource(reading, newlineOf(text), chunks, isWhole);
    return {
      ...common,
      reading,
      guesses: [...guesses, ...guess.guesses],
      otherPaths: [],
      ...(await firstRows(source, reading)),
    };
  }
  if (format === 'markdown') {
    let table = '';
    for await (const chunk of markdownChunks(chunks(), isWhole)) table += chunk.text;
    const dialect = { ...given, delimiter: MARKDOWN_DELIMITER, quote: '"', header: true };
    const guess = await guessCsv(table, isWhole, name, dialect);
    const reading = { ...empty, encoding, ...guess.reading };
    const source = csvSource(reading, '\n', () => once(table), isWhole, MARKDOWN_LINES_DROPPED);
    // The bars and the names over the dashes are the format's, and nobody's choice.
    const own = guess.guesses.filter((sentence) => !/^(Cells are divided|The first row holds)/.test(sentence));
    return { ...common, reading, guesses: [...guesses, ...own], otherPaths: [], ...(await firstRows(source, reading)) };
  }
  const guess = await previewJson(text, isWhole, format, given);
  const reading = { ...empty, encoding, ...guess.reading };
  const source = jsonSource(reading, chunks, isWhole);
  return {
    ...common,
    reading,
    guesses: [...guesses, ...guess.guesses],
    otherPaths: guess.otherPaths,
    ...(await firstRows(source, reading)),
  };
}

async function* once(text: string): AsyncGenerator<TextChunk> {
  yield { text, bytesRead: 0 };
}

async function encodingOf(file: Blob, guesses: string[]): Promise<ImportReading['encoding']> {
  const head = new Uint8Array(await file.slice(0, ENCODING_SAMPLE_BYTES).arrayBuffer());
  const { encoding, because } = guessEncoding(head, head.length === file.size);
  guesses.push(because);
  return encoding;
}

/** Excluded columns are shown too, as they would be if they were not. */
async function firstRows(
  source: RowSource,
  { columns }: ImportReading,
): Promise<Pick<ImportPreview, 'rows' | 'sampledRows' | 'nulls' | 'badLines' | 'others' | 'misfits'>> {
  const ledger = new Ledger(columns.length);
  const rows: SqlValue[][] = [];
  const nulls = columns.map(() => 0);
  let sampledRows = 0;
  const types = columns.map(({ type }) => type);
  reading: for await (const batch of source(types, ledger)) {
    for (const row of batch.rows) {
      if (rows.length < ROWS_SHOWN) rows.push(row);
      row.forEach((value, column) => {
        if (value === null) nulls[column]++;
      });
      if (++sampledRows >= SAMPLE_ROWS) break reading;
    }
  }
  return {
    rows,
    sampledRows,
    nulls,
    badLines: ledger.badLines,
    others: ledger.odd.map(({ others }) => others),
    misfits: ledger.misfits(columns),
  };
}
