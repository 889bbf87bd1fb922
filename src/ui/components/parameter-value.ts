/** What a person types for a parameter, read exactly: 64-bit integers stay whole, NULL comes only when chosen. */
import type { SqlValue } from '../../engine/client.ts';

export const PARAMETER_TYPES = {
  integer: 'Integer',
  real: 'Real',
  text: 'Text',
  blob: 'Blob (hex)',
  null: 'NULL',
} as const;
export type ParameterType = keyof typeof PARAMETER_TYPES;

export interface ParameterEntry {
  type: ParameterType;
  /** True once the person chose the type; until then it follows what is typed. */
  chosen: boolean;
  text: string;
}

export const NEW_PARAMETER: ParameterEntry = { type: 'integer', chosen: false, text: '' };

const SMALLEST = -(2n ** 63n);
const LARGEST = 2n ** 63n - 1n;

/** The value, or one sentence that says what is wrong with the text. */
export function parseParameter(entry: ParameterEntry): { value: SqlValue } | { problem: string } {
  const text = entry.text.trim();
  switch (entry.type) {
    case 'null':
      return { value: null };
    case 'text':
      if (entry.text === '' && !entry.chosen) return { problem: 'Give it a value, or choose NULL.' };
      return { value: entry.text };
    case 'integer': {
      if (text === '') return { problem: 'Give it a value, or choose NULL.' };
      if (!/^[+-]?\d+$/.test(text)) return { problem: `“${shorten(text)}” is not an integer.` };
      const whole = BigInt(text.replace('+', ''));
      if (whole < SMALLEST || whole > LARGEST) return { problem: 'Beyond 64 bits: SQLite integers end at ±9.2e18.' };
      return { value: Number.isSafeInteger(Number(whole)) ? Number(whole) : whole };
    }
    case 'real': {
      if (text === '') return { problem: 'Give it a value, or choose NULL.' };
      const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
      return Number.isFinite(value)
        ? { value }
        : { problem: `“${shorten(text)}” is not a number, such as 2.5 or 1e-3.` };
    }
    case 'blob': {
      const digits = text.replace(/^x'(.*)'$/i, '$1').replace(/\s+/g, '');
      if (!/^([0-9a-f]{2})*$/i.test(digits)) return { problem: 'Write pairs of hex digits, such as 53 51 4C.' };
      if (digits === '' && !entry.chosen) return { problem: 'Give it a value, or choose NULL.' };
      return { value: Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16)) };
    }
  }
}

/** The type that a text looks like, for as long as nobody chose one. */
export function guessType(text: string): ParameterType {
  const trimmed = text.trim();
  if (trimmed === '' || /^[+-]?\d+$/.test(trimmed)) return 'integer';
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return 'real';
  return /^x'([0-9a-f]{2})*'$/i.test(trimmed) ? 'blob' : 'text';
}

/** Whether a text asks for this parameter as a pattern, which is text whatever it looks like. Forms' names, as below. */
export function isPattern(sql: string, name: string): boolean {
  const place = /^\?\d+$/.test(name) ? '\\?' : name.replace(/[$()]/g, '\\$&');
  return new RegExp(`\\b(LIKE|GLOB)\\s+${place}`, 'i').test(sql);
}

/**
 * Names as the forms remember them, one per form: `?1` for the first anonymous parameter, and so on. Equal names of
 * several statements share one form, as equal anonymous places do.
 */
export function formNames(parameters: readonly string[]): string[] {
  return [...new Set(parameterPlaces(parameters).map(({ name }) => name))];
}

/** Values in the order in which SQLite numbers its places. An unused number between them is never read, so null will do. */
export function bindValues(parameters: readonly string[], valueOf: (name: string) => SqlValue): SqlValue[] {
  const values: SqlValue[] = [];
  for (const { name, place } of parameterPlaces(parameters)) {
    while (values.length < place) values.push(null);
    values[place - 1] = valueOf(name);
  }
  return values;
}

/** SQLite's rule: `?5` is place 5; `?` and a new name take the place after the largest so far. */
function parameterPlaces(parameters: readonly string[]): { name: string; place: number }[] {
  let largest = 0;
  const places = new Map<string, number>();
  for (const parameter of parameters) {
    const numbered = /^\?(\d+)$/.exec(parameter);
    const place = numbered ? Number(numbered[1]) : (places.get(parameter) ?? largest + 1);
    largest = Math.max(largest, place);
    places.set(parameter === '?' ? `?${place}` : parameter, place);
  }
  return [...places].map(([name, place]) => ({ name, place }));
}

function shorten(text: string): string {
  return text.length > 24 ? `${text.slice(0, 24)}…` : text;
}
