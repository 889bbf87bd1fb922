/**
 * Cuts CSV text into stretches of whole records that a parser cannot misread. A quote that is never closed, or text after a
 * closing quote, makes its line a bad one and nothing more: without this, one stray quote swallows the lines after it.
 */
export interface CsvDialect {
  /** One character each. */
  delimiter: string;
  quote: string;
  /** `\n` (a `\r` before it belongs to the line end), or `\r` for files that have no other. */
  newline: '\n' | '\r';
}

export type CsvPiece = CsvStretch | CsvBadRecord;

export interface CsvStretch {
  kind: 'records';
  /** One or more records, each with its line end. */
  text: string;
  /** Line of the file that it begins with, 1-based. */
  line: number;
  hasQuotes: boolean;
  /** Whether a quoted cell holds a line end. */
  multiline: boolean;
}

export interface CsvBadRecord {
  kind: 'bad';
  text: string;
  line: number;
  reason: string;
}

/** Characters of one record; a longer one is a bad line. */
const RECORD_LENGTH_MAX = 64 * 2 ** 20;

export class RecordCutter {
  readonly #dialect: CsvDialect;
  readonly #lengthMax: number;
  #pending = '';
  /** Length of the pending text at which to look again: doubled, so that a giant record is not read over and over. */
  #lookAt = 0;
  #line = 1;
  /** Inside a record that is too long: everything up to the next line end goes. */
  #skipping = false;

  constructor(dialect: CsvDialect, lengthMax = RECORD_LENGTH_MAX) {
    this.#dialect = dialect;
    this.#lengthMax = lengthMax;
  }

  /** The pieces that more text completes. `last` closes the file. */
  push(text: string, last: boolean): CsvPiece[] {
    if (this.#skipping) {
      const end = text.indexOf(this.#dialect.newline);
      if (end < 0) return [];
      this.#skipping = false;
      this.#line++;
      text = text.slice(end + 1);
    }
    this.#pending += text;
    if (!last && this.#pending.length < this.#lookAt) return [];
    if (last && this.#pending !== '' && !this.#pending.endsWith(this.#dialect.newline)) {
      this.#pending += this.#dialect.newline;
    }
    const pieces: CsvPiece[] = [];
    this.#cut(pieces, last);
    if (this.#pending.length > this.#lengthMax) {
      const reason = `The line is longer than ${this.#lengthMax.toLocaleString('en')} characters.`;
      pieces.push({ kind: 'bad', text: this.#pending.slice(0, 500), line: this.#line, reason });
      this.#pending = '';
      this.#skipping = true;
    }
    this.#lookAt = this.#pending.length * 2;
    return pieces;
  }

  #cut(pieces: CsvPiece[], last: boolean): void {
    const text = this.#pending;
    const { quote, newline } = this.#dialect;
    /** Of the stretch and of the record that is looked at. */
    let start = 0;
    let record = 0;
    /** Behind the last quoted cell: a line end before it may stand inside of one. */
    let settled = 0;
    let hasQuotes = false;
    let multiline = false;
    let nextLine = text.indexOf(newline);
    const take = (end: number): void => {
      if (end > start) {
        const stretch = text.slice(start, end);
        pieces.push({ kind: 'records', text: stretch, line: this.#line, hasQuotes, multiline });
        this.#line += countOf(stretch, newline);
      }
      start = end;
      hasQuotes = multiline = false;
    };
    for (let open = text.indexOf(quote); open >= 0;) {
      while (nextLine >= 0 && nextLine < open) {
        record = nextLine + 1;
        nextLine = text.indexOf(newline, record);
      }
      if (open !== record && text[open - 1] !== this.#dialect.delimiter) {
        // A quote inside an unquoted cell is a character like any other.
        open = text.indexOf(quote, open + 1);
        continue;
      }
      const close = closingQuote(text, open, quote);
      const after = close < 0 ? -1 : this.#cellEnd(text, close + 1);
      if (after >= 0 && after < text.length) {
        hasQuotes = true;
        if (nextLine >= 0 && nextLine < close) multiline = true;
        if (nextLine >= 0 && nextLine <= close) nextLine = text.indexOf(newline, close + 1);
        settled = after;
        open = text.indexOf(quote, after);
        continue;
      }
      // Undecided while more text may come, and the record is not too long already.
      if (after !== MALFORMED && !last && text.length - record <= this.#lengthMax) {
        take(record);
        this.#pending = text.slice(start);
        return;
      }
      const end = text.indexOf(newline, record);
      if (end < 0) break;
      take(record);
      const reason = close < 0 ? 'A quote is opened and never closed.' : 'Text follows a closing quote.';
      pieces.push({ kind: 'bad', text: text.slice(record, end), line: this.#line++, reason });
      start = record = settled = end + 1;
      nextLine = text.indexOf(newline, record);
      open = text.indexOf(quote, record);
    }
    // What is left has no quote that opens a cell.
    const end = text.lastIndexOf(newline) + 1;
    take(end > settled ? end : record);
    this.#pending = text.slice(start);
  }

  /** Where a cell ends whose closing quote stands before `at`: at a delimiter or line end, perhaps after blanks. */
  #cellEnd(text: string, at: number): number {
    const { delimiter, newline } = this.#dialect;
    while (text[at] !== delimiter && (text[at] === ' ' || text[at] === '\t')) at++;
    if (at >= text.length || text[at] === delimiter || text[at] === newline) return at;
    if (text[at] !== '\r') return MALFORMED;
    return at + 1 === text.length ? text.length : text[at + 1] === newline ? at : MALFORMED;
  }
}

const MALFORMED = -2;

/** The quote that closes the one at `open`, doubled ones passed over; -1 when there is none. */
export function closingQuote(text: string, open: number, quote: string): number {
  for (let at = text.indexOf(quote, open + 1); at >= 0; at = text.indexOf(quote, at + 2)) {
    if (text[at + 1] !== quote) return at;
  }
  return -1;
}

export function countOf(text: string, character: string): number {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) count++;
  return count;
}
