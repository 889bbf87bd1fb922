/** A recorded stream of requests, and its text form: a line a request, `key` or `key bytes`, both whole numbers. */
import { AppError } from '../../core/errors.ts';
import { TRACE_REQUESTS_MAX } from './settings.ts';

export interface Trace {
  /** By request; equal numbers are the same key. */
  keys: Uint32Array;
  /** Bytes by request; null where every entry counts as one. */
  sizes: Float64Array | null;
}

const KEY_MAX = 4_294_967_295;

const NEW_LINE = 10;
const HASH = 35;

/**
 * Reads a trace; empty lines and lines that begin with `#` are passed over. Throws AppError `bad-trace` that names the line, what was
 * expected there, and what was found.
 */
export function readTrace(bytes: Uint8Array): Trace {
  const columns = widthOf(bytes);
  let keys = new Uint32Array(1024);
  let sizes = new Float64Array(columns === 2 ? 1024 : 0);
  let requests = 0;
  let line = 1;
  for (let at = 0; at < bytes.length; line++) {
    let end = bytes.indexOf(NEW_LINE, at);
    if (end < 0) end = bytes.length;
    const numbers = numbersIn(bytes, at, end, line);
    at = end + 1;
    if (numbers.length === 0) continue;
    if (numbers.length !== columns) throw badLine(line, `${columns} whole numbers`, `${numbers.length}`);
    if (numbers[0] > KEY_MAX) throw badLine(line, `a key up to ${KEY_MAX}`, String(numbers[0]));
    if (requests === TRACE_REQUESTS_MAX)
      throw new AppError('bad-trace', `The trace has more than ${TRACE_REQUESTS_MAX.toLocaleString('en')} requests.`);
    if (requests === keys.length) {
      keys = longer(keys, new Uint32Array(requests * 2));
      if (columns === 2) sizes = longer(sizes, new Float64Array(requests * 2));
    }
    keys[requests] = numbers[0];
    if (columns === 2) sizes[requests] = numbers[1];
    requests++;
  }
  if (requests === 0) throw new AppError('bad-trace', 'The trace holds no requests: it needs one whole number a line.');
  return { keys: keys.slice(0, requests), sizes: columns === 2 ? sizes.slice(0, requests) : null };
}

/** How many numbers the first line with any has: 1 or 2. */
function widthOf(bytes: Uint8Array): number {
  let line = 1;
  for (let at = 0; at < bytes.length; line++) {
    let end = bytes.indexOf(NEW_LINE, at);
    if (end < 0) end = bytes.length;
    const { length } = numbersIn(bytes, at, end, line);
    if (length > 2) throw badLine(line, 'a key, or a key and its bytes', `${length} numbers`);
    if (length > 0) return length;
    at = end + 1;
  }
  return 1;
}

const found: number[] = [];

/** The whole numbers of a line, in an array that is used again. */
function numbersIn(bytes: Uint8Array, start: number, end: number, line: number): readonly number[] {
  found.length = 0;
  let value = -1;
  for (let at = start; at <= end; at++) {
    const code = at < end ? bytes[at] : NEW_LINE;
    if (code >= 48 && code <= 57) {
      value = (value < 0 ? 0 : value * 10) + code - 48;
      continue;
    }
    if (code === HASH && found.length === 0 && value < 0) return found;
    if (code !== 32 && code !== 13 && code !== 9 && code !== NEW_LINE)
      throw badLine(line, 'whole numbers with spaces between', `“${String.fromCharCode(code)}”`);
    if (value >= 0) found.push(value);
    value = -1;
  }
  return found;
}

function badLine(line: number, expected: string, seen: string): AppError {
  return new AppError(
    'bad-trace',
    `Line ${line} of the trace: expected ${expected}, found ${seen}. Mend the line, or put a # before it.`,
  );
}

function longer<Numbers extends Uint32Array | Float64Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}
