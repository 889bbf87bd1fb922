/**
 * Parquet's values as SQLite's: decimals as text unless they are whole, dates and times as ISO text to the last digit, integers
 * exact, nested values as JSON. The library would round decimals and cut times to milliseconds, so it is shown plain numbers
 * and the meaning is kept here.
 */
import type { SchemaElement, SchemaTree } from 'hyparquet';
import type { SqlValue } from '../protocol.ts';
import type { ImportType } from './protocol.ts';

type Unit = 'MILLIS' | 'MICROS' | 'NANOS';

interface Meaning {
  kind: 'plain' | 'decimal' | 'date' | 'time' | 'timestamp';
  scale: number;
  unit: Unit;
  utc: boolean;
  type: ImportType;
}

const DIGITS = { MILLIS: 3, MICROS: 6, NANOS: 9 } as const;
const DAY_SECONDS = 86_400n;

export type Meanings = Map<SchemaElement, Meaning>;

/** Notes what each column means and takes from the schema what the library would convert by. */
export function takeMeanings(schema: SchemaElement[]): Meanings {
  return new Map(schema.filter(({ type }) => type).map((element) => [element, takeMeaning(element)]));
}

function takeMeaning(element: SchemaElement): Meaning {
  const { type, converted_type: converted, logical_type: logical, scale = 0, precision = 0 } = element;
  const meaning = (kind: Meaning['kind'], sqlType: ImportType, more: Partial<Meaning> = {}): Meaning => {
    if (kind !== 'plain') {
      delete element.converted_type;
      delete element.logical_type;
    }
    return { kind, scale: 0, unit: 'NANOS', utc: false, type: sqlType, ...more };
  };
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') {
    const places = logical?.type === 'DECIMAL' ? logical.scale : scale;
    const digits = logical?.type === 'DECIMAL' ? logical.precision : precision;
    return meaning('decimal', places === 0 && digits <= 18 ? 'INTEGER' : 'TEXT', { scale: places });
  }
  if (converted === 'DATE' || logical?.type === 'DATE') return meaning('date', 'TEXT');
  if (type === 'INT96') return meaning('timestamp', 'TEXT', { unit: 'NANOS' });
  const unit = logical?.type === 'TIME' || logical?.type === 'TIMESTAMP' ? logical.unit : unitOf(converted);
  if (logical?.type === 'TIMESTAMP' || converted?.startsWith('TIMESTAMP')) {
    const utc = logical?.type === 'TIMESTAMP' ? logical.isAdjustedToUTC : true;
    return meaning('timestamp', 'TEXT', { unit, utc });
  }
  if (logical?.type === 'TIME' || converted?.startsWith('TIME_')) return meaning('time', 'TEXT', { unit });
  if (type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY') return meaning('plain', bytesType(element));
  if (type === 'FLOAT' || type === 'DOUBLE') return meaning('plain', 'REAL');
  return meaning('plain', 'INTEGER');
}

/** Texts are decoded by the library, all other bytes stay bytes. */
function bytesType(element: SchemaElement): ImportType {
  const { converted_type: converted, logical_type: logical } = element;
  if (logical?.type === 'UUID') return 'TEXT';
  if (logical?.type === 'FLOAT16') return 'REAL';
  const isText =
    ['UTF8', 'ENUM', 'JSON'].includes(converted ?? '') || ['STRING', 'ENUM', 'JSON'].includes(logical?.type ?? '');
  delete element.logical_type;
  if (isText) element.converted_type = 'UTF8';
  else delete element.converted_type;
  return isText ? 'TEXT' : 'BLOB';
}

function unitOf(converted: SchemaElement['converted_type']): Unit {
  return converted?.endsWith('MICROS') ? 'MICROS' : 'MILLIS';
}

/** The type of a column at the top of the schema. */
export function typeOf(column: SchemaTree, meanings: Meanings): ImportType {
  if (column.children.length > 0 || column.element.repetition_type === 'REPEATED') return 'TEXT';
  return meanings.get(column.element)?.type ?? 'TEXT';
}

/** A value of such a column. NaN comes back as NaN: SQLite has no place for it. */
export function valueOf(value: unknown, column: SchemaTree, meanings: Meanings): SqlValue {
  if (value === null || value === undefined) return null;
  if (column.children.length > 0 || column.element.repetition_type === 'REPEATED')
    return jsonOf(value, column, meanings);
  return leafOf(value, meanings.get(column.element));
}

function leafOf(value: unknown, meaning: Meaning | undefined): SqlValue {
  switch (meaning?.kind) {
    case 'decimal': {
      const text = decimalText(wholeOf(value), meaning.scale);
      return meaning.type === 'INTEGER' ? narrow(BigInt(text)) : text;
    }
    case 'date':
      return dateText(BigInt(value as number));
    case 'time':
      return timeText(BigInt(value as number | bigint), meaning.unit);
    case 'timestamp':
      return timestampText(BigInt(value as number | bigint), meaning);
    default:
      if (typeof value === 'boolean') return value ? 1 : 0;
      if (typeof value === 'bigint') return narrow(value);
      if (typeof value === 'number' || typeof value === 'string' || value instanceof Uint8Array) return value;
      throw new Error(`a value is neither number, text nor bytes but ${typeof value}`);
  }
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Big-endian two's complement, or an integer as it is. */
function wholeOf(value: unknown): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value as number | bigint);
  let whole = 0n;
  for (const byte of value) whole = (whole << 8n) | BigInt(byte);
  return BigInt.asIntN(value.length * 8, whole);
}

function decimalText(whole: bigint, scale: number): string {
  if (scale <= 0) return String(whole * 10n ** BigInt(-scale));
  const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0');
  return `${whole < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Days since 1970 in the proleptic Gregorian calendar. */
function dateText(days: bigint): string {
  const ms = Number(days) * 86_400_000;
  // Beyond what a Date holds, the number says more than nothing.
  if (Math.abs(ms) > 8.64e15) return `${days} days since 1970-01-01`;
  const [date = ''] = new Date(ms).toISOString().split('T');
  return date;
}

function timeText(ticks: bigint, unit: Unit): string {
  const digits = DIGITS[unit];
  const perSecond = 10n ** BigInt(digits);
  const seconds = ticks / perSecond;
  const two = (value: bigint): string => String(value).padStart(2, '0');
  const fraction = String(ticks % perSecond).padStart(digits, '0');
  return `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}${/[1-9]/.test(fraction) ? `.${fraction}` : ''}`;
}

function timestampText(ticks: bigint, { unit, utc }: Meaning): string {
  const perDay = DAY_SECONDS * 10n ** BigInt(DIGITS[unit]);
  let days = ticks / perDay;
  if (ticks % perDay < 0n) days--;
  return `${dateText(days)}T${timeText(ticks - days * perDay, unit)}${utc ? 'Z' : ''}`;
}

/** A nested value as JSON; bytes as hexadecimal text, what JSON has no number for as null. */
function jsonOf(value: unknown, node: SchemaTree, meanings: Meanings): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    if (!(value instanceof Uint8Array)) {
      const items = Array.from(value as ArrayLike<unknown>);
      const inner = node.element.repetition_type === 'REPEATED' || node.children.length === 0 ? node : elementOf(node);
      return `[${items.map((item) => jsonOf(item, inner, meanings)).join(',')}]`;
    }
  } else if (typeof value === 'object') {
    const isMap = node.element.converted_type === 'MAP' || node.element.logical_type?.type === 'MAP';
    const mapped = isMap ? node.children[0]?.children[1] : undefined;
    const members = Object.entries(value).map(([key, item]) => {
      const child = mapped ?? node.children.find(({ element }) => element.name === key) ?? node;
      return `${JSON.stringify(key)}:${jsonOf(item, child, meanings)}`;
    });
    return `{${members.join(',')}}`;
  }
  const leaf = typeof value === 'boolean' ? value : leafOf(value, meanings.get(node.element));
  if (leaf instanceof Uint8Array)
    return JSON.stringify([...leaf].map((byte) => byte.toString(16).padStart(2, '0')).join(''));
  if (typeof leaf === 'bigint') return String(leaf);
  return JSON.stringify(leaf);
}

/** What a list is of: with or without the group that most writers put in between. */
function elementOf(node: SchemaTree): SchemaTree {
  const [middle] = node.children;
  return middle && middle.children.length === 1 ? middle.children[0] : (middle ?? node);
}
