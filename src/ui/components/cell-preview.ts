/** What a grid shows and copies of a cell: NULL told from '', integers exact, reals seen as such, blobs as hex. */
import { CELL, cellAt, type ResultColumns } from '../../engine/client.ts';
import { formatBytes } from '../format.ts';

/** Bytes of a text or blob that a cell of the grid reads; a cell is never wide enough for more. */
const PREVIEW_BYTES = 400;
const BLOB_PREVIEW_BYTES = 12;

export interface CellPreview {
  kind: 'null' | 'number' | 'text' | 'blob';
  text: string;
  /** More is there than the text shows. */
  cut: boolean;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function previewCell(result: ResultColumns, row: number, column: number): CellPreview {
  const data = result.columns[column];
  const cellClass = data.classes[row];
  if (cellClass === CELL.null || cellClass === undefined) return { kind: 'null', text: 'NULL', cut: false };
  if (cellClass !== CELL.text && cellClass !== CELL.blob) {
    return { kind: 'number', text: numberText(cellClass, cellAt(result, row, column) as number | bigint), cut: false };
  }
  const start = data.offsets[row];
  const end = data.offsets[row + 1];
  if (cellClass === CELL.blob) {
    const head = hex(data.bytes.subarray(start, Math.min(end, start + BLOB_PREVIEW_BYTES)));
    const cut = end - start > BLOB_PREVIEW_BYTES;
    return { kind: 'blob', text: `x'${head}${cut ? '…' : ''}' ${formatBytes(sizeOf(result, row, column))}`, cut };
  }
  const cut = end - start > PREVIEW_BYTES;
  // slice: TextDecoder refuses shared memory. A character torn at the cut shows as U+FFFD and is dropped.
  const text = decoder.decode(data.bytes.slice(start, Math.min(end, start + PREVIEW_BYTES)));
  const flat = text.replace(/\r?\n/g, '↵').replace(/\t/g, '⇥');
  return { kind: 'text', text: cut ? `${flat.replace(/\ufffd+$/, '')}…` : flat, cut };
}

/** A cell as text for the clipboard and for reading whole; '' for NULL, as spreadsheets have it. */
export function cellText(result: ResultColumns, row: number, column: number): string {
  const cellClass = result.columns[column].classes[row];
  const value = cellAt(result, row, column);
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return `x'${hex(value)}'`;
  return numberText(cellClass, value);
}

/** Rows of cells as tab-separated text; what holds a tab, a line end or a quote is quoted, as spreadsheets read it. */
export function toTsv(result: ResultColumns, area: CellArea, withNames: boolean): string {
  const lines: string[] = [];
  const columns = range(area.left, area.right);
  if (withNames) lines.push(columns.map((column) => quoted(result.names[column] ?? '')).join('\t'));
  for (let row = area.top; row <= area.bottom; row++) {
    lines.push(columns.map((column) => quoted(cellText(result, row, column))).join('\t'));
  }
  return lines.join('\n');
}

/** Edges included. */
export interface CellArea {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

/** Bytes of a text or blob, also when it was cut in its column; 0 for other classes. */
export function sizeOf(result: ResultColumns, row: number, column: number): number {
  const large = result.large.find((cell) => cell.row === row && cell.column === column);
  if (large) return large.byteLength ?? large.bytes.length;
  const { offsets } = result.columns[column];
  return (offsets[row + 1] ?? 0) - (offsets[row] ?? 0);
}

export function isLarge(result: ResultColumns, row: number, column: number): boolean {
  return result.large.some((cell) => cell.row === row && cell.column === column);
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Widths from the names and a sample of rows, in px; `characterPx` is the width of a digit. */
export function sampledWidths(result: ResultColumns, characterPx: number): number[] {
  const sample = 60;
  const step = Math.max(1, Math.floor(result.rowCount / sample));
  return result.names.map((name, column) => {
    let characters = name.length + 1;
    for (let row = 0; row < result.rowCount; row += step) {
      characters = Math.max(characters, previewCell(result, row, column).text.length);
    }
    return Math.round(Math.min(320, Math.max(56, characters * characterPx + 20)));
  });
}

/** Reals carry a point, so that 1.0 is seen to be no integer. */
function numberText(cellClass: number | undefined, value: number | bigint): string {
  if (cellClass !== CELL.real || typeof value === 'bigint') return String(value);
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function quoted(text: string): string {
  return /[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
