/**
 * A table as GitHub's Markdown has it, for people: NULL in italics, numbers to the right, line ends as <br>. White space at the
 * ends of a text does not show.
 */
import { CELL } from '../rows/columns.ts';
import type { ColumnData, ResultColumns } from '../protocol.ts';
import { blobLiteral, cellTexts, realText, type CellWriter } from './cells.ts';
import type { RowFormatter } from './formatter.ts';

const writer: CellWriter = {
  null: '*NULL*',
  integer: String,
  real: realText,
  text: escaped,
  blob: (bytes) => `\`${blobLiteral(bytes)}\``,
};

export function markdownFormatter(): RowFormatter {
  return {
    begin(first) {
      const names = first.names.map((name) => escaped(name) || ' ');
      const rules = first.columns.map((column) => (isNumeric(column) ? '---:' : '---'));
      return `${line(names)}${line(rules)}`;
    },
    rows(window: ResultColumns, from, to) {
      const columns = window.columns.map((_, column) => cellTexts(window, column, from, to, writer));
      let text = '';
      for (let row = from; row < to; row++) text += line(columns.map((textAt) => textAt(row)));
      return text;
    },
    end: () => '',
  };
}

function line(cells: string[]): string {
  return `| ${cells.join(' | ')} |\n`;
}

/** Whatever would end the cell or begin markup; an underscore inside a word is plain. Raw line ends would end the table. */
function escaped(text: string): string {
  return text
    .replace(/[\\`*[\]<>~|&]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\$&')
    .replace(/\r\n|\r|\n/g, '<br>')
    .replaceAll('\0', '\ufffd');
}

function isNumeric({ classes }: ColumnData): boolean {
  const isNumber = (each: number): boolean => each === CELL.integer || each === CELL.real || each === CELL.wide;
  return classes.some(isNumber) && classes.every((each) => each === CELL.null || isNumber(each));
}
