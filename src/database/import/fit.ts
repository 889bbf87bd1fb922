/**
 * Whether a value of a file can be stored in a column of a type without being changed. SQLite converts by affinity whatever
 * looks like a number (https://sqlite.org/datatype3.html, section 3): `007` in an INTEGER column becomes 7. What would be
 * changed so is refused here; what stays as it is (a word in an INTEGER column), or keeps its worth (`2.0` there becomes 2), goes
 * in and is counted.
 */
import type { SqlValue } from '../protocol.ts';
import type { ImportType } from './protocol.ts';

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const EXACT = 2 ** 53;
const LARGEST_PLAIN_DIGITS = 15;

/** What SQLite's affinity takes for a number, sloppy forms included. */
const LOOKS_NUMERIC = /^[\t\n\v\f\r ]*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[\t\n\v\f\r ]*$/;
/** A decimal number written without ornaments, and no whole one: those are for `wholeNumber`. */
const PLAIN_REAL = /^-?(?:(?:0|[1-9]\d*)\.\d*|\.\d+|(?:0|[1-9]\d*)(?=[eE]))(?:[eE][+-]?\d+)?$/;

/** A value that SQLite would change on its way into a column: the reason, in plain words. */
export class Misfit {
  constructor(readonly reason: string) {}
}

/** Counts what went in although it is not of the column's type. */
export interface Oddities {
  /** Texts in a column of numbers, fractions among integers: SQLite stores them as they are. */
  others: number;
  /** Whole numbers written as fractions or powers, in a column of integers: SQLite stores 2.0 and 1e2 as 2 and 100. */
  whole: number;
  /** Numbers with more digits than a REAL keeps. */
  rounded: number;
}

/** The whole number that `text` is, written as SQLite would write it back; null for any other text. */
export function wholeNumber(text: string): number | bigint | null {
  const { length } = text;
  const negative = text.charCodeAt(0) === 45;
  const first = negative ? 1 : 0;
  if (length === first || length > 20) return null;
  let value = 0;
  for (let at = first; at < length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  if (text.charCodeAt(first) === 48 && (length > first + 1 || negative)) return null;
  if (length - first <= LARGEST_PLAIN_DIGITS) return negative ? -value : value;
  const exact = BigInt(text);
  if (exact < INT64_MIN || exact > INT64_MAX) return null;
  return value < EXACT ? Number(exact) : exact;
}

/** The number that `text` is, and whether a REAL keeps all its digits; null where it is none, or is out of a REAL's range. */
export function realNumber(text: string): { value: number; exact: boolean } | null {
  if (!PLAIN_REAL.test(text)) return null;
  const value = Number(text);
  if (!Number.isFinite(value) || (value === 0 && /^-|^[^eE]*[1-9]/.test(text))) return null;
  return { value, exact: text.length <= LARGEST_PLAIN_DIGITS || keepsDigits(text, value) };
}

function keepsDigits(text: string, value: number): boolean {
  const digits = significant(text);
  if (digits.length <= LARGEST_PLAIN_DIGITS && Math.abs(value) > 1e-300) return true;
  return digits.length <= 100 && significant(value.toPrecision(Math.max(1, digits.length))) === digits;
}

function significant(text: string): string {
  const [mantissa = ''] = text.split(/[eE]/);
  return mantissa.replace(/[-.]/g, '').replace(/^0+|0+$/g, '');
}

/** Whether a column of affinity INTEGER makes an integer of a REAL: of every whole one that 64 bits hold. */
function becomesWhole(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 63;
}

/** A text of a file in which everything is text (CSV), or a number of JSON as it is written. */
export function fitWritten(type: ImportType, text: string, odd: Oddities): SqlValue | Misfit {
  if (type === 'TEXT' || type === 'BLOB') return text;
  const whole = wholeNumber(text);
  if (whole !== null) {
    if (type === 'INTEGER' || typeof whole === 'number') return whole;
    return BigInt(Number(whole)) === whole ? Number(whole) : new Misfit(`${text} would be rounded in a REAL column`);
  }
  const real = realNumber(text);
  if (real) {
    if (type === 'INTEGER') {
      if (!becomesWhole(real.value)) odd.others++;
      else if (real.exact) odd.whole++;
      else return new Misfit(`${text} would become the whole number ${BigInt(real.value)}`);
    }
    if (!real.exact) odd.rounded++;
    return real.value;
  }
  return fitText(type, text, odd);
}

/** A text that is one in the file too (a string of JSON): it stays a text or is refused. */
export function fitText(type: ImportType, text: string, odd: Oddities): SqlValue | Misfit {
  if (type === 'TEXT' || type === 'BLOB') return text;
  if (LOOKS_NUMERIC.test(text)) return new Misfit(`${shown(text)} would become a number and change`);
  odd.others++;
  return text;
}

/** A number or bytes of a typed file (Parquet). NaN has no place in SQLite: it becomes NULL there, and the caller counts it. */
export function fitTyped(type: ImportType, value: SqlValue, odd: Oddities): SqlValue | Misfit {
  if (typeof value === 'string') return fitText(type, value, odd);
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (type === 'TEXT') return String(value);
    if (typeof value === 'bigint' && (value > INT64_MAX || value < INT64_MIN))
      return new Misfit(`${value} is beyond the 64 bits of an INTEGER`);
    if (type === 'REAL' && typeof value === 'bigint' && BigInt(Number(value)) !== value)
      return new Misfit(`${value} would be rounded in a REAL column`);
  }
  return value;
}

/** The narrowest type that keeps every value seen. */
export class TypeGuess {
  #whole = true;
  #real = true;
  #bytes = false;
  seen = 0;

  /** A text, or a number as it is written. */
  addWritten(text: string): void {
    this.seen++;
    if (this.#whole && wholeNumber(text) === null) this.#whole = false;
    if (!this.#whole && !this.#real) return;
    if (!this.#whole) {
      const whole = wholeNumber(text);
      this.#real &&= whole === null ? (realNumber(text)?.exact ?? false) : typeof whole === 'number';
    } else if (typeof wholeNumber(text) === 'bigint') this.#real = false;
  }

  addText(): void {
    this.seen++;
    this.#whole = this.#real = false;
  }

  addBytes(): void {
    this.seen++;
    this.#bytes = true;
  }

  get isNumeric(): boolean {
    return this.seen > 0 && !this.#bytes && (this.#whole || this.#real);
  }

  get type(): ImportType {
    if (this.#bytes) return 'BLOB';
    if (this.seen === 0) return 'TEXT';
    return this.#whole ? 'INTEGER' : this.#real ? 'REAL' : 'TEXT';
  }
}

/** A value in a message: quoted and short. */
export function shown(text: string): string {
  return text.length > 40 ? `“${text.slice(0, 40)}…”` : `“${text}”`;
}
