/** What a pure function answers about objects that never change: found again by the very objects, and forgotten with them. */

type Key = object | null;

const NONE = {};

/** The same function, which works each answer out once. The first argument should be the one that lives shortest. */
export function remembered<Keys extends readonly [object, ...Key[]], Value>(
  answer: (...keys: Keys) => Value,
): (...keys: Keys) => Value {
  const root = new WeakMap<object, unknown>();
  return (...keys) => {
    const last = keys.length - 1;
    let level = root;
    for (let at = 0; at < last; at++) {
      const key = keys[at] ?? NONE;
      let next = level.get(key) as WeakMap<object, unknown> | undefined;
      if (!next) level.set(key, (next = new WeakMap<object, unknown>()));
      level = next;
    }
    const key = keys[last] ?? NONE;
    const known = level.get(key);
    if (known !== undefined || level.has(key)) return known as Value;
    const value = answer(...keys);
    level.set(key, value);
    return value;
  };
}
