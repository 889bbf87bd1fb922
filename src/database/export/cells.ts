/** From cells of a result to text: each format says how it writes a value, this finds the value in the columns. Pure. */
import { invariant } from '../../core/errors.ts';
import { CELL } from '../rows/columns.ts';
import type { ColumnData, ResultColumns } from '../protocol.ts';

/** How a format writes each storage class. */
export interface CellWriter {
  null: string;
  integer(value: number | bigint): string;
  real(value: number): string;
  /** `bytes` are the UTF-8 as SQLite holds it, which need not be well-formed. */
  text(text: string, bytes: () => Uint8Array): string;
  blob(bytes: Uint8Array): string;
}

// A leading U+FEFF is part of the value, not a byte-order mark.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Texts of the rows `from` up to `to` (excluded) of one column, by row number. Cells that were cut must be whole in `large`. */
export function cellTexts(
  result: ResultColumns,
  column: number,
  from: number,
  to: number,
  writer: CellWriter,
): (row: number) => string {
  const data = result.columns[column];
  invariant(data, `column ${column} lies inside the result`);
  const { classes, numbers, wide } = data;
  const whole = new Map(result.large.filter((cell) => cell.column === column).map((cell) => [cell.row, cell.bytes]));
  const bytesAt = (row: number): Uint8Array => whole.get(row) ?? rawBytes(data, row);
  const ascii = asciiOf(data, from, to);
  const first = data.offsets[from] ?? 0;
  const textAt = (row: number): string =>
    ascii !== null && !whole.has(row)
      ? ascii.slice(data.offsets[row] - first, data.offsets[row + 1] - first)
      : decoder.decode(unshared(bytesAt(row)));
  return (row) => {
    switch (classes[row]) {
      case CELL.integer:
        return writer.integer(numbers[row]);
      case CELL.wide:
        return writer.integer(wide[row]);
      case CELL.real:
        return Number.isNaN(numbers[row]) ? writer.null : writer.real(numbers[row]);
      case CELL.text:
        return writer.text(textAt(row), () => bytesAt(row));
      case CELL.blob:
        return writer.blob(bytesAt(row));
      default:
        return writer.null;
    }
  };
}

/** Decoding once and cutting the string is ten times quicker than decoding each cell, and right where a byte is a character. */
function asciiOf({ offsets, bytes }: ColumnData, from: number, to: number): string | null {
  if (offsets.length === 0) return null;
  const [start, end] = [offsets[from], offsets[to]];
  for (let index = start; index < end; index++) if (bytes[index] >= 0x80) return null;
  return decoder.decode(unshared(bytes.subarray(start, end)));
}

function rawBytes({ offsets, bytes }: ColumnData, row: number): Uint8Array {
  return bytes.subarray(offsets[row], offsets[row + 1]);
}

/** TextDecoder refuses views of shared memory in browsers. */
function unshared(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice();
}

/**
 * The shortest digits that give the same double again, with a point or an exponent, so that 1.0 is no integer. Infinity is
 * 9e999: a number in SQL, JSON and spreadsheets, too large for a double, which all of them read as infinity.
 */
export function realText(value: number): string {
  if (value === Infinity) return '9e999';
  if (value === -Infinity) return '-9e999';
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0').toUpperCase());

/** `X'0A1B'`, as SQL writes a blob. */
export function blobLiteral(bytes: Uint8Array): string {
  const parts: string[] = [];
  // In pieces: one string that grows a byte at a time is slow to read for large blobs.
  for (let at = 0; at < bytes.length; at += 4096) {
    let piece = '';
    for (let index = at; index < Math.min(at + 4096, bytes.length); index++) piece += HEX[bytes[index]];
    parts.push(piece);
  }
  return `X'${parts.join('')}'`;
}

export function base64(bytes: Uint8Array): string {
  let text = '';
  // A multiple of three, so that the pieces join without padding between them.
  const step = 3 * 4096;
  for (let at = 0; at < bytes.length; at += step) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + step)));
  }
  return text;
}

/** Names as they are, a later one of the same name with its number: `id`, `id_2`. Without regard to case, as SQL has it. */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set(names.map((name) => name.toLowerCase()));
  const used = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let number = 2; used.has(unique.toLowerCase()); number++) {
      const next = `${name}_${number}`;
      // `a, a, a_2` must not become `a, a_2, a_2`.
      if (!taken.has(next.toLowerCase())) unique = next;
    }
    used.add(unique.toLowerCase());
    return unique;
  });
}
