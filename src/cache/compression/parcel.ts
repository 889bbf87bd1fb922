/**
 * A cloneable value taken apart into a JSON skeleton and one run of bytes, so that typed arrays can be compressed, checked and stored
 * as bytes, and put together again exactly. Knows plain objects, arrays, typed arrays, strings, numbers, booleans and null.
 */

export interface Parcel {
  /** JSON; a typed array stands in it as `{"$view": [type, length]}`, in the order of their bytes. */
  skeleton: string;
  bytes: Uint8Array;
}

/** Where in a parcel's bytes a typed array lies, and how many bytes each of its numbers takes. */
export interface Stretch {
  start: number;
  byteLength: number;
  width: number;
}

type View = Uint8Array | Int32Array | Uint32Array | Float64Array | BigInt64Array;

const VIEW_TYPES = { Uint8Array, Int32Array, Uint32Array, Float64Array, BigInt64Array } as const;
type ViewType = keyof typeof VIEW_TYPES;

/** Null when the value holds something that cannot be put together again (a bigint, a function, undefined, another kind of object). */
export function pack(value: unknown): (Parcel & { stretches: Stretch[] }) | null {
  const views: View[] = [];
  try {
    const skeleton = JSON.stringify(describe(value, views));
    return { skeleton, ...joined(views) };
  } catch (error) {
    if (error instanceof Unpackable) return null;
    throw error;
  }
}

/** The value again; its typed arrays are copies. Throws when the parcel is not one that `pack` made. */
export function unpack({ skeleton, bytes }: Parcel): unknown {
  let at = 0;
  return JSON.parse(skeleton, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || !('$view' in part)) return part;
    const [type, length] = part.$view as [ViewType, number];
    const size = length * VIEW_TYPES[type].BYTES_PER_ELEMENT;
    const copy = bytes.slice(at, at + size);
    if (copy.length !== size) throw new Error(`the parcel ends ${size - copy.length} bytes too early`);
    at += size;
    return new VIEW_TYPES[type](copy.buffer);
  });
}

/** Bytes that a value takes, near enough to charge for: typed arrays as they are, text at two bytes a character, 8 for all else. */
export function weigh(value: unknown): number {
  if (typeof value === 'string') return 2 * value.length + 16;
  if (ArrayBuffer.isView(value)) return value.byteLength + 64;
  if (Array.isArray(value)) return (value as unknown[]).reduce<number>((sum, item) => sum + weigh(item), 32);
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value).reduce<number>((sum, item) => sum + weigh(item), 32);
}

class Unpackable extends Error {}

function describe(value: unknown, views: View[]): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  // JSON would turn NaN and the infinities into null, and -0 into 0.
  if (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)) return value;
  if (Array.isArray(value)) return (value as unknown[]).map((item) => describe(item, views));
  if (typeof value !== 'object') throw new Unpackable();
  if (ArrayBuffer.isView(value)) {
    const view = value as View;
    const type: ViewType = view[Symbol.toStringTag];
    if (!(type in VIEW_TYPES)) throw new Unpackable();
    views.push(view);
    return { $view: [type, view.length] };
  }
  if (Object.getPrototypeOf(value) !== Object.prototype || '$view' in value) throw new Unpackable();
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, describe(item, views)]));
}

function joined(views: readonly View[]): { bytes: Uint8Array; stretches: Stretch[] } {
  const bytes = new Uint8Array(views.reduce((sum, view) => sum + view.byteLength, 0));
  const stretches: Stretch[] = [];
  let start = 0;
  for (const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: width } of views) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), start);
    stretches.push({ start, byteLength, width });
    start += byteLength;
  }
  return { bytes, stretches };
}
