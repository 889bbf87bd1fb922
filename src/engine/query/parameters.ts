/** Which parameters belong to which statement of a request. */
import type { BoundValues } from '../../cache/keys/key.ts';
import type { Parameters, SqlValue } from '../../database/protocol.ts';

export const NO_PARAMETERS: Parameters = [];

/** True for one set per statement; false for a single set, which belongs to the first statement. */
function isPerStatement(parameters: Parameters | Parameters[]): parameters is Parameters[] {
  if (!Array.isArray(parameters) || parameters.length === 0) return false;
  return parameters.every((one: unknown) => typeof one === 'object' && one !== null && !(one instanceof Uint8Array));
}

/** The set for a statement; statements without one get none. A plain list or record serves the only statement. */
export function parametersFor(given: Parameters | Parameters[] | undefined, statementIndex: number): Parameters {
  if (given === undefined) return NO_PARAMETERS;
  if (isPerStatement(given)) return given[statementIndex] ?? NO_PARAMETERS;
  return statementIndex === 0 ? given : NO_PARAMETERS;
}

/** For the page: one line, shortened. */
export function describeParameters(parameters: Parameters): string {
  const shown = (value: SqlValue): string => {
    if (value === null) return 'NULL';
    if (value instanceof Uint8Array) return `blob of ${value.byteLength} bytes`;
    if (typeof value === 'string') return `'${value.length > 24 ? `${value.slice(0, 24)}…` : value}'`;
    return String(value);
  };
  if (Array.isArray(parameters)) return (parameters as readonly SqlValue[]).map(shown).join(', ');
  return Object.entries(parameters)
    .map(([name, value]) => `${name} = ${shown(value)}`)
    .join(', ');
}

/** Numbers of parameters by their names in order of first appearance; null when they are just 1, 2, 3 and so on. */
const numbered = new WeakMap<readonly string[], readonly number[] | null>();

function numbersOf(names: readonly string[]): readonly number[] | null {
  let numbers = numbered.get(names);
  if (numbers === undefined) {
    let highest = 0;
    const all = names.map((name) => {
      const number = /^\?\d/.test(name) ? Number(name.slice(1)) : highest + 1;
      highest = Math.max(highest, number);
      return number;
    });
    numbers = all.every((number, at) => number === at + 1) ? null : all;
    numbered.set(names, numbers);
  }
  return numbers;
}

/**
 * What SQLite will bind, by its own numbers, so that `:id`, `@id` and `?` with the same value are the same; null when the parameters do not
 * fit the statement or are no SQLite values: running it tells the mistake.
 */
export function boundValues(names: readonly string[], given: Parameters): BoundValues | null {
  const numbers = numbersOf(names);
  if (Array.isArray(given)) {
    const list = given as readonly SqlValue[];
    if (!list.every(isValue)) return null;
    if (numbers === null) return list.length === names.length ? list : null;
    if (list.length !== Math.max(0, ...numbers)) return null;
    return new Map(numbers.map((number) => [number, list[number - 1]]));
  }
  const record = given as Readonly<Record<string, SqlValue>>;
  if (Object.keys(record).length !== new Set(names).size) return null;
  if (!names.every((name) => name !== '?' && Object.hasOwn(record, name) && isValue(record[name]))) return null;
  const values = names.map((name) => record[name]);
  return numbers === null ? values : new Map(numbers.map((number, at) => [number, values[at]]));
}

/** All that was given, names and values in their order, as one list; null when something is no SQLite value. */
export function givenValues(given: Parameters): SqlValue[] | null {
  const values = Array.isArray(given)
    ? ['by number', ...(given as readonly SqlValue[])]
    : ['by name', ...Object.entries(given).flat()];
  return values.every(isValue) ? values : null;
}

/** Of these values the ones that a statement with such parameters takes. */
export function boundTo(names: readonly string[], values: BoundValues): Parameters {
  const numbers = numbersOf(names) ?? names.map((_, at) => at + 1);
  const list: SqlValue[] = Array.from({ length: Math.max(0, ...numbers) }, () => null);
  for (const number of numbers) list[number - 1] = valueAt(values, number);
  return list;
}

/** The value of the parameter of this number; NULL where there is none. */
export function valueAt(values: BoundValues, number: number): SqlValue {
  return (
    (Array.isArray(values)
      ? (values as readonly SqlValue[])[number - 1]
      : (values as ReadonlyMap<number, SqlValue>).get(number)) ?? null
  );
}

function isValue(value: unknown): boolean {
  return (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) ||
    value instanceof Uint8Array
  );
}
