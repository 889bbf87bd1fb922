/**
 * The key under which a result is stored: everything that decides its rows, written so that no two different askings read the same.
 * Every part tells its length first, so that no text can imitate the border between two parts.
 */

/** A value as it will be bound. */
export type BoundValue = null | number | bigint | string | Uint8Array;
/** By SQLite's number for the parameter: a list from 1 on, or pairs where numbers are left out. */
export type BoundValues = readonly BoundValue[] | ReadonlyMap<number, BoundValue>;

/**
 * `meaning` stands for the query (its program); `pragmas` are those in force that can change results. Values are told apart as
 * SQLite tells them apart once they are bound: 1 and 1n are the same INTEGER; 1.5, '1', x'31' and NULL are others.
 */
export function cacheKey(meaning: string, values: BoundValues, pragmas: readonly string[]): string {
  const key = part(meaning) + list(pragmas.map(part));
  if (Array.isArray(values)) return key + list((values as readonly BoundValue[]).map(encodeValue));
  let pairs = '';
  const numbers = [...(values as ReadonlyMap<number, BoundValue>)].sort(([one], [other]) => one - other);
  for (const [number, value] of numbers) pairs += `${number}=${encodeValue(value)}`;
  return `${key}{${pairs}}`;
}

function list(items: readonly string[]): string {
  return `${items.length}[${items.join('')}]`;
}

function part(text: string): string {
  return `${text.length}:${text}`;
}

function encodeValue(value: BoundValue): string {
  if (value === null) return 'n';
  if (typeof value === 'string') return `s${part(value)}`;
  if (typeof value === 'bigint') return `i${value};`;
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return `i${value};`;
    // An integral number within 64 bits is bound as an INTEGER too.
    if (Number.isInteger(value) && value !== 0 && Math.abs(value) < 2 ** 63) return `i${BigInt(value)};`;
    return `d${Object.is(value, -0) ? '-0' : value};`;
  }
  return `b${part(bytesAsText(value))}`;
}

/** One character for each byte; in pieces, because a call takes only so many arguments. */
function bytesAsText(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}
