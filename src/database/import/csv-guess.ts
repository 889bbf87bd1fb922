/** How a CSV file is to be read, from its first rows: delimiter, quote, header, what means NULL, types. Each guess is a sentence. */
import { csvRecords, type CsvRecords } from './csv-rows.ts';
import type { CsvDialect } from './csv-records.ts';
import { DecimalEvidence, isLocalNumber, pointed, type DecimalSign } from './decimal.ts';
import { shown, TypeGuess, wholeNumber, realNumber } from './fit.ts';
import { columnNames } from './names.ts';
import type { ImportColumn, ImportReading } from './protocol.ts';

export const SAMPLE_ROWS = 5000;
const DELIMITERS = [',', ';', '\t', '|'] as const;
/** Characters that delimiters are compared on. */
const DELIMITER_SAMPLE = 64 * 1024;
/** What often stands for "no value". None is taken for that unless everything else in its columns is a number. */
const NULL_WORDS = ['NULL', 'null', '\\N', 'NA', 'N/A', 'n/a', 'NaN', 'nan', 'None', '-'];

/** The end of a sentence about what was no guess. */
export const CHOSEN = 'chosen by you.';

export const DELIMITER_NAMES: Readonly<Record<string, string>> = {
  ',': 'a comma',
  ';': 'a semicolon',
  '\t': 'a tab',
  '|': 'a vertical bar',
  ' ': 'a space',
};

/** A cell of the sample as it stands, and whether it was quoted. */
interface Cell {
  text: string;
  quoted: boolean;
}

export interface CsvGuess {
  reading: Pick<ImportReading, 'delimiter' | 'quote' | 'header' | 'nullTexts' | 'decimal' | 'columns'>;
  guesses: string[];
}

export function newlineOf(sample: string): CsvDialect['newline'] {
  return !sample.includes('\n') && sample.includes('\r') ? '\r' : '\n';
}

/** `isWhole`: the sample is the whole file. What `given` says is taken, and said to be chosen. */
export async function guessCsv(
  sample: string,
  isWhole: boolean,
  name: string,
  given: Partial<ImportReading>,
): Promise<CsvGuess> {
  const guesses: string[] = [];
  const newline = newlineOf(sample);
  const quote = given.quote ?? '"';
  let delimiter = given.delimiter;
  if (delimiter === undefined) {
    const guess = await guessDelimiter(sample, isWhole, name, { quote, newline });
    delimiter = guess.delimiter;
    guesses.push(guess.because);
  } else {
    guesses.push(`Cells are divided by ${DELIMITER_NAMES[delimiter] ?? shown(delimiter)}: ${CHOSEN}`);
  }
  const rows = await sampleRows(sample, isWhole, { delimiter, quote, newline });
  const width = rows.length > 0 ? mostCommon(rows.map((row) => row.length)) : (given.columns?.length ?? 0);
  const even = rows.filter((row, index) => row.length === width || index === 0);
  const header = given.header ?? looksLikeHeader(even, width);
  if (given.header !== undefined) guesses.push(`The first row holds ${header ? 'names' : 'data'}: ${CHOSEN}`);
  else if (even.length > 0) {
    guesses.push(
      header
        ? 'The first row holds names: its cells are unlike the rows below.'
        : 'The first row holds data: its cells are like the rows below.',
    );
  }
  const [first = []] = even;
  const columnCount = header ? Math.max(width, first.length) : width;
  const data = (header ? even.slice(1) : even).filter((row) => row.length === columnCount);
  const nulls = guessNulls(data, columnCount, quote);
  const nullTexts = given.nullTexts ?? nulls.texts;
  if (given.nullTexts) guesses.push(chosenNulls(given.nullTexts));
  else guesses.push(...nulls.guesses);
  const sources = Array.from(
    { length: columnCount },
    (_, index) => (header && first[index]?.text.trim()) || `column ${index + 1}`,
  );
  if (header) guesses.push(...namesTwice(sources));
  const isNull = nullCells(new Set(nullTexts), quote);
  const signs = guessDecimal(sources, data, isNull, given.decimal);
  guesses.push(...signs.guesses);
  const columns = keptColumns(given.columns, sources) ?? guessColumns(sources, data, isNull, signs);
  return { reading: { delimiter, quote, header, nullTexts, decimal: signs.decimal, columns }, guesses };
}

function chosenNulls(texts: readonly string[]): string {
  const words = texts.map((text) => (text === '' ? 'an empty cell' : shown(text)));
  return words.length === 0 ? `No cell is NULL: ${CHOSEN}` : `NULL stands for ${words.join(', ')}: ${CHOSEN}`;
}

/** Names that are there twice, and what the columns are called instead. */
function namesTwice(sources: readonly string[]): string[] {
  const renamed = columnNames(sources)
    .map((name, index) => ({ name, source: sources[index].trim() }))
    .filter(({ name, source }) => source !== '' && name !== source && name.startsWith(source));
  if (renamed.length === 0) return [];
  const pairs = renamed.slice(0, 6).map(({ name, source }) => `${shown(source)} is called ${shown(name)}`);
  const more = renamed.length > 6 ? ` and ${renamed.length - 6} more` : '';
  return [`Names that are there already get a number: ${pairs.join(', ')}${more}.`];
}

/** Columns that the person has already decided about stay, as long as they are still the file's. */
export function keptColumns(given: ImportColumn[] | undefined, sources: readonly string[]): ImportColumn[] | null {
  return given?.length === sources.length && given.every(({ source }, index) => source === sources[index])
    ? given
    : null;
}

async function guessDelimiter(
  sample: string,
  isWhole: boolean,
  name: string,
  dialect: Omit<CsvDialect, 'delimiter'>,
): Promise<{ delimiter: string; because: string }> {
  const part = sample.slice(0, DELIMITER_SAMPLE);
  let best = { delimiter: '', score: 0, width: 1 };
  for (const delimiter of DELIMITERS) {
    const rows = await sampleRows(part, isWhole && part.length === sample.length, { ...dialect, delimiter }, true);
    if (rows.length === 0) continue;
    const width = mostCommon(rows.map((row) => row.length));
    if (width < 2) continue;
    // Consistency first; where several are consistent, the one that makes more columns, and what the file's name says.
    const share = rows.filter((row) => row.length === width).length / rows.length;
    const named = delimiter === '\t' && /\.(tsv|tab)$/i.test(name) ? 1 : 0;
    const score = share * share * (1 + Math.log2(width) / 8 + named);
    if (score > best.score) best = { delimiter, score, width };
  }
  if (best.delimiter === '') return { delimiter: ',', because: 'One column: no delimiter divides the lines alike.' };
  return {
    delimiter: best.delimiter,
    because: `Cells are divided by ${DELIMITER_NAMES[best.delimiter]}: so most lines have ${best.width.toLocaleString('en')} cells.`,
  };
}

/** Rows of the sample; a bad record stands in for a row of no cells where `withBad`. Empty lines are left out. */
async function sampleRows(sample: string, isWhole: boolean, dialect: CsvDialect, withBad = false): Promise<Cell[][]> {
  const rows: Cell[][] = [];
  const once = (async function* () {
    yield { text: sample, bytesRead: 0 };
  })();
  for await (const { records } of csvRecords(once, dialect, isWhole)) {
    if ('kind' in records) {
      if (withBad) rows.push([]);
      continue;
    }
    for (let row = 0; row < records.rows.length && rows.length < SAMPLE_ROWS; row++) {
      const cells = cellsOf(records, row);
      if (cells.length > 1 || cells[0].text !== '') rows.push(cells);
    }
    if (rows.length >= SAMPLE_ROWS) break;
  }
  return rows;
}

function cellsOf(records: CsvRecords, row: number): Cell[] {
  const quoted = records.hasQuotes ? records.quotedCells(row) : null;
  return records.rows[row].map((text, index) => ({ text, quoted: quoted?.[index] ?? false }));
}

function mostCommon(numbers: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}

function isNumber(text: string): boolean {
  return wholeNumber(text) !== null || realNumber(text) !== null || isLocalNumber(text);
}

/**
 * Names are words; below them something else begins: numbers, or values that repeat. A single word is a value. A column may lack
 * its name, as that of the row numbers does where a program wrote them along; then the numbers must say that the others are names.
 */
function looksLikeHeader(rows: readonly Cell[][], width: number): boolean {
  const [first = [], ...rest] = rows;
  const texts = first.map(({ text }) => text.trim());
  if (texts.length < width || texts.some((text) => text.length > 128 || isNumber(text))) return false;
  const isNamed = !texts.includes('');
  if (rest.length === 0) return width > 1 && isNamed;
  const countsRows = texts[0] === '' && rest.every(([cell], row) => [row, row + 1].includes(Number(cell.text || NaN)));
  const hasNumbers = texts.some((name, column) => {
    const below = rest.map((row) => row[column]?.text ?? '').filter((text) => text !== '');
    return name !== '' && below.length > 0 && below.filter(isNumber).length > below.length * 0.8;
  });
  if (hasNumbers || countsRows) return true;
  return isNamed && texts.every((text, column) => !rest.some((row) => row[column]?.text.trim() === text));
}

function guessNulls(
  rows: readonly Cell[][],
  columnCount: number,
  quote: string,
): { texts: string[]; guesses: string[] } {
  const texts = [''];
  const guesses: string[] = [];
  const isQuotedEmpty = ({ text, quoted }: Cell): boolean => quoted && text === '';
  const asWord = ({ text, quoted }: Cell): string | null => (!quoted && NULL_WORDS.includes(text) ? text : null);
  // For each candidate: in how many cells, and whether all other values of its columns are numbers.
  const found = new Map<string, { cells: number; numeric: boolean }>();
  for (let column = 0; column < columnCount; column++) {
    const cells = rows.map((row) => row[column]).filter(({ text, quoted }) => text !== '' || quoted);
    const candidates = cells.map((cell) => (isQuotedEmpty(cell) ? quote + quote : asWord(cell)));
    const others = cells.filter((_, index) => candidates[index] === null);
    const numeric = others.length > 0 && others.every(({ text }) => isNumber(text));
    for (const candidate of candidates) {
      if (candidate === null) continue;
      const entry = found.get(candidate) ?? { cells: 0, numeric: true };
      found.set(candidate, { cells: entry.cells + 1, numeric: entry.numeric && numeric });
    }
  }
  if (rows.some((row) => row.some(({ text, quoted }) => text === '' && !quoted)))
    guesses.push('An empty cell without quotes is NULL.');
  for (const [candidate, { cells, numeric }] of found) {
    const where = cells === 1 ? 'once' : `${cells.toLocaleString('en')} times`;
    if (numeric) {
      texts.push(candidate);
      guesses.push(`${shown(candidate)} is NULL: it stands ${where}, only among numbers.`);
    } else if (candidate !== quote + quote && candidate !== '-') {
      guesses.push(`${shown(candidate)} stands ${where} and stays a text; add it to the NULLs if it means “no value”.`);
    }
  }
  return { texts, guesses };
}

type IsNull = (cell: Cell) => boolean;

function nullCells(nulls: ReadonlySet<string>, quote: string): IsNull {
  return ({ text, quoted }) => nulls.has(quoted ? asQuoted(text, quote) : text);
}

interface Signs {
  decimal: DecimalSign;
  /** By column: values with signs between thousands are surely numbers. */
  grouped: boolean[];
  guesses: string[];
}

/** The decimal sign of the file: a comma where some columns have it and fewer have a point. */
function guessDecimal(
  sources: readonly string[],
  rows: readonly Cell[][],
  isNull: IsNull,
  given: DecimalSign | undefined,
): Signs {
  const evidence = sources.map(() => new DecimalEvidence());
  for (const row of rows) row.forEach((cell, column) => !isNull(cell) && evidence[column].add(cell.text));
  const saying = (sign: DecimalSign): DecimalEvidence[] => evidence.filter((one) => one.says(sign));
  const decimal = given ?? (saying(',').length > saying('.').length ? ',' : '.');
  const guesses: string[] = [];
  const [example] = saying(decimal).map((one) => one.example(decimal));
  const word = decimal === ',' ? 'comma' : 'point';
  if (given) guesses.push(`Numbers have a decimal ${word}: ${CHOSEN}`);
  else if (example !== undefined && (decimal === ',' || example.includes(',')))
    guesses.push(`Numbers have a decimal ${word}: ${shown(example)} is read as ${pointed(example, decimal)}.`);
  const other = decimal === ',' ? '.' : ',';
  evidence.forEach((one, column) => {
    const { unclear, withSign } = one;
    if (one.says(other))
      guesses.push(`${sources[column]}: ${shown(one.example(other))} has another decimal sign and stays a text.`);
    else if (!given && unclear?.includes(other))
      guesses.push(
        `${sources[column]}: ${shown(unclear)} may be ${pointed(unclear, ',')} or ${pointed(unclear, '.')}; it stays a text. Choose the decimal sign to make it a number.`,
      );
    else if (withSign !== null)
      guesses.push(`${sources[column]}: ${shown(withSign)} has a sign beside its number and stays a text.`);
  });
  return { decimal, guesses, grouped: evidence.map((one) => given !== undefined || one.says(decimal)) };
}

function guessColumns(
  sources: readonly string[],
  rows: readonly Cell[][],
  isNull: IsNull,
  { decimal, grouped }: Signs,
): ImportColumn[] {
  const guesses = sources.map(() => new TypeGuess());
  for (const row of rows) {
    row.forEach((cell, column) => {
      if (isNull(cell)) return;
      const { text } = cell;
      const written = pointed(text, decimal);
      const hasThousands = text.includes(decimal === '.' ? ',' : '.');
      if (written === null || (hasThousands && !grouped[column])) guesses[column].addText();
      else guesses[column].addWritten(written);
    });
  }
  const names = columnNames(sources);
  return sources.map((source, index) => ({ source, name: names[index], type: guesses[index].type, included: true }));
}

/** A cell as it stands in the file with its quotes. */
export function asQuoted(text: string, quote: string): string {
  return quote + text.replaceAll(quote, quote + quote) + quote;
}
