/**
 * Parameters, bound exactly: an integral number as INTEGER, others as REAL, bigint as a 64-bit INTEGER. What is missing is an
 * error that names it, never NULL; so is what the statement does not ask for.
 */
import { AppError } from '../../core/errors.ts';
import { RC } from '../sqlite/native.ts';
import type { Parameters, SqlValue } from '../protocol.ts';
import type { SqliteModule } from '../sqlite/sqlite-module.ts';
import type { Variable } from '../statements/tokens.ts';

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const encoder = new TextEncoder();
/** SQLite copies the bytes before it returns. */
const TRANSIENT = -1;

/** Values by SQLite's parameter number. Errors: `parameters`, naming what is missing, unknown or not a SQLite value. */
export function resolveParameters(variables: readonly Variable[], parameters: Parameters): Map<number, SqlValue> {
  const values = Array.isArray(parameters)
    ? byPosition(variables, parameters as readonly SqlValue[])
    : byName(variables, parameters as Readonly<Record<string, SqlValue>>);
  for (const [index, value] of values) checkValue(index, value);
  return values;
}

function byPosition(variables: readonly Variable[], given: readonly SqlValue[]): Map<number, SqlValue> {
  const values = new Map<number, SqlValue>();
  for (const { index, name } of variables) {
    const value = given[index - 1];
    if (value === undefined) throw missing(name === '?' ? `parameter ${index} (?)` : `parameter ${name}`);
    values.set(index, value);
  }
  const highest = variables.reduce((most, { index }) => Math.max(most, index), 0);
  if (given.length > highest) {
    throw new AppError('parameters', `${given.length} values were given, but the statement asks for ${highest}.`);
  }
  return values;
}

function byName(variables: readonly Variable[], given: Readonly<Record<string, SqlValue>>): Map<number, SqlValue> {
  const values = new Map<number, SqlValue>();
  for (const { index, name } of variables) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined) {
      if (name === '?') throw missing(`parameter ${index} (?); parameters without a name are given by position`);
      throw missing(`parameter ${name}`);
    }
    values.set(index, value);
  }
  const known = new Set(variables.map(({ name }) => name));
  const extra = Object.keys(given).filter((name) => !known.has(name));
  if (extra.length > 0) {
    throw new AppError(
      'parameters',
      `The statement has no parameter ${extra.join(', ')}; names are given with their prefix.`,
    );
  }
  return values;
}

function missing(what: string): AppError {
  return new AppError('parameters', `No value was given for ${what}. Give one; NULL too must be said.`);
}

function checkValue(index: number, value: unknown): void {
  const good =
    value === null ||
    typeof value === 'string' ||
    value instanceof Uint8Array ||
    typeof value === 'number' ||
    isInt64(value);
  if (!good) {
    const seen = typeof value === 'bigint' ? `${value}, which is beyond 64 bits` : typeof value;
    throw new AppError(
      'parameters',
      `Parameter ${index} must be null, a number, a 64-bit integer, text or bytes, got ${seen}.`,
    );
  }
}

function isInt64(value: unknown): value is bigint {
  return typeof value === 'bigint' && value >= INT64_MIN && value <= INT64_MAX;
}

/** Whether a value needs the 64-bit path: an integer that does not fit SQLite's exported 32-bit binding. */
export function isWideInteger(value: SqlValue): value is number | bigint {
  if (typeof value === 'bigint') return value < -(2n ** 31n) || value >= 2n ** 31n;
  // Integral doubles beyond 2^63 are no 64-bit integers: they stay REAL.
  return typeof value === 'number' && Number.isInteger(value) && value !== (value | 0) && Math.abs(value) < 2 ** 63;
}

/** The literal that stands for a wide integer where it cannot be bound. -2^63 has no literal of its own. */
export function wideLiteral(value: number | bigint): string {
  const exact = BigInt(value);
  return exact === INT64_MIN ? '(-9223372036854775807 - 1)' : `(${exact})`;
}

/**
 * The usual case without a detour: as many values as parameters, by position, all of them plain. False when it is another:
 * then `resolveParameters` judges what was given, and whatever was bound here is bound again.
 */
export function bindPlainly(
  module: SqliteModule,
  statement: number,
  variables: readonly Variable[],
  given: Parameters,
): boolean {
  if (!Array.isArray(given) || given.length !== variables.length) return false;
  for (let at = 0; at < variables.length; at++) {
    const value: unknown = given[at];
    if (variables[at].index !== at + 1) return false;
    if (typeof value === 'number' && value === (value | 0) && (value !== 0 || 1 / value > 0)) {
      if (module.raw._sqlite3_bind_int(statement, at + 1, value) !== RC.ok) return false;
    } else if (value === null || typeof value === 'string') {
      if (!bindValue(module, statement, at + 1, value)) return false;
    } else return false;
  }
  return true;
}

/** Binds one value; false when SQLite has no parameter of that number. */
export function bindValue(module: SqliteModule, statement: number, index: number, value: SqlValue): boolean {
  const { raw } = module;
  if (value === null) return raw._sqlite3_bind_blob(statement, index, 0, 0, 0) === RC.ok;
  if (typeof value === 'string') return bindBytes(module, statement, index, encoder.encode(value), true);
  if (value instanceof Uint8Array) return bindBytes(module, statement, index, value, false);
  if (isWideInteger(value)) return bindWide(module, statement, index, BigInt(value));
  // -0.0 is REAL: as an INTEGER it would lose its sign.
  if (typeof value === 'bigint' || (value === (value | 0) && !Object.is(value, -0))) {
    return raw._sqlite3_bind_int(statement, index, Number(value)) === RC.ok;
  }
  return raw._sqlite3_bind_double(statement, index, value) === RC.ok;
}

function bindBytes(module: SqliteModule, statement: number, index: number, bytes: Uint8Array, text: boolean): boolean {
  const { raw } = module;
  const pointer = raw._malloc(Math.max(1, bytes.length));
  if (pointer === 0) throw new AppError('memory', `SQLite has no memory left for parameter ${index}.`);
  module.u8().set(bytes, pointer);
  const bind = text ? raw._sqlite3_bind_text : raw._sqlite3_bind_blob;
  const code = bind(statement, index, pointer, bytes.length, TRANSIENT);
  raw._free(pointer);
  return code === RC.ok;
}

/** Binds a 32-bit integer for the type, then writes all 64 bits where SQLite keeps the value. */
function bindWide(module: SqliteModule, statement: number, index: number, value: bigint): boolean {
  const place = module.internals.variables;
  if (!place || module.raw._sqlite3_bind_int(statement, index, 0) !== RC.ok) return false;
  const memory = new DataView(module.memory.buffer);
  const values = memory.getUint32(statement + place.pointer, true);
  memory.setBigInt64(values + (index - 1) * place.size, value, true);
  return true;
}
