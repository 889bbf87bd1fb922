/**
 * The key under which a result is stored: everything that decides its rows, written so that no two different askings read the same.
 * Every part tells its length first, so that no text can imitate the border between two parts.
 */

/** A value as it will be bound. */
type BoundValue = null | number | bigint | string | Uint8Array;
type BoundParameters = readonly BoundValue[] | Readonly<Record<string, BoundValue>>;

/**
 * `canonicalText` is `sql/fingerprint`'s; `pragmas` are those in force that can change results; `databaseId` tells databases apart.
 * 1, '1', x'31' and NULL give different keys, and so do a number and the bigint of the same value; names of parameters count, their order in the object does not.
 */
export function cacheKey(
  canonicalText: string,
  parameters: BoundParameters,
  pragmas: readonly string[],
  databaseId: string,
): string {
  let key = part(canonicalText) + part(databaseId) + list(pragmas.map(part));
  if (Array.isArray(parameters)) return key + list((parameters as readonly BoundValue[]).map(encodeValue));
  const named = parameters as Readonly<Record<string, BoundValue>>;
  for (const name of Object.keys(named).sort()) key += part(name) + encodeValue(named[name]);
  return key;
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
  if (typeof value === 'number') return `d${Object.is(value, -0) ? '-0' : value};`;
  if (typeof value === 'bigint') return `i${value};`;
  return `b${part(bytesAsText(value))}`;
}

/** One character for each byte; in pieces, because a call takes only so many arguments. */
function bytesAsText(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}
