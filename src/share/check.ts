/** Small checks for values that strangers may have made: each returns the value, or throws AppError `link-invalid` in plain words. */
import { AppError } from '../core/errors.ts';
import { choiceProblem, rangeProblem, shown, type Range } from '../core/range.ts';

/** Checks one value; `field` is its path for the message: `settings.cache.strategy`. */
export type Check<Value> = (value: unknown, field: string) => Value;

export function refuse(problem: string): AppError {
  return new AppError('link-invalid', `This link cannot be opened: ${problem}.`);
}

export const flag: Check<boolean> = (value, field) => {
  if (typeof value !== 'boolean') throw refuse(`${field} must be true or false, got ${shown(value)}`);
  return value;
};

export function numberIn(range: Range): Check<number> {
  return (value, field) => {
    const problem = rangeProblem(field, value, range);
    if (problem) throw refuse(problem);
    return value as number;
  };
}

export function orNull<Value>(check: Check<Value>): Check<Value | null> {
  return (value, field) => (value === null ? null : check(value, field));
}

export function oneOf<Name extends string>(names: readonly Name[]): Check<Name> {
  return (value, field) => {
    const problem = choiceProblem(field, value, names);
    if (problem) throw refuse(problem);
    return value as Name;
  };
}

export function text(lengthMax: number): Check<string> {
  return (value, field) => {
    if (typeof value !== 'string') throw refuse(`${field} must be text, got ${shown(value)}`);
    if (value.length > lengthMax) {
      throw refuse(`${field} has ${value.length} characters, more than the ${lengthMax} allowed`);
    }
    return value;
  };
}

/** Text of a known form; `form` says which, in words. */
export function textLike(pattern: RegExp, form: string): Check<string> {
  return (value, field) => {
    if (typeof value !== 'string' || !pattern.test(value))
      throw refuse(`${field} must be ${form}, got ${shown(value)}`);
    return value;
  };
}

export function listOf<Value>(check: Check<Value>, lengthMax: number): Check<Value[]> {
  return (value, field) => {
    if (!Array.isArray(value)) throw refuse(`${field} must be a list, got ${shown(value)}`);
    if (value.length > lengthMax)
      throw refuse(`${field} has ${value.length} items, more than the ${lengthMax} allowed`);
    return value.map((item, index) => check(item, `${field}[${index}]`));
  };
}

/** A plain object's own fields; refuses any name that is not among `names` (`__proto__` never is). */
export function fields(value: unknown, field: string, names: readonly string[]): Record<string, unknown> {
  const given = plainObject(value, field);
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) {
      throw refuse(`${field} has a part ${shown(name)} that this version of the page does not know`);
    }
  }
  return given;
}

/** An object with all of these fields and no others. */
export function whole<Shape extends object>(checks: { [Field in keyof Shape]: Check<Shape[Field]> }): Check<Shape> {
  const names = Object.keys(checks) as (keyof Shape & string)[];
  return (value, field) => {
    const given = fields(value, field, names);
    return Object.fromEntries(names.map((name) => [name, checks[name](given[name], `${field}.${name}`)])) as Shape;
  };
}

/** An object with some of these fields and no others; what is absent stays absent. */
export function part<Shape extends object>(checks: {
  [Field in keyof Shape]-?: Check<Exclude<Shape[Field], undefined>>;
}): Check<Partial<Shape>> {
  const names = Object.keys(checks) as (keyof Shape & string)[];
  return (value, field) => {
    const given = fields(value, field, names);
    const kept = names.filter((name) => Object.hasOwn(given, name) && given[name] !== undefined);
    return Object.fromEntries(
      kept.map((name) => [name, checks[name](given[name], `${field}.${name}`)]),
    ) as Partial<Shape>;
  };
}

/** An object with free names of a known form. */
export function recordOf<Value>(
  name: Check<string>,
  check: Check<Value>,
  sizeMax: number,
): Check<Record<string, Value>> {
  return (value, field) => {
    const entries = Object.entries(plainObject(value, field));
    if (entries.length > sizeMax)
      throw refuse(`${field} has ${entries.length} entries, more than the ${sizeMax} allowed`);
    return Object.fromEntries(
      entries.map(([key, item]) => [name(key, `a name in ${field}`), check(item, `${field} ${key}`)]),
    );
  };
}

function plainObject(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refuse(`${field} must be an object, got ${shown(value)}`);
  }
  return value as Record<string, unknown>;
}
