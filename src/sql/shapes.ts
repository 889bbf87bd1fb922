/** Numbers for trees: equal trees have equal numbers, whatever objects they are made of (hash consing, each node looked at once). */
export class Shapes {
  readonly #numbers = new Map<string, string>();
  readonly #known = new WeakMap<object, string>();

  of(value: unknown): string {
    if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const parts = Array.isArray(value)
      ? value.map((item) => this.of(item))
      : Object.entries(value)
          .filter(([, part]) => part !== undefined)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([field, part]) => `${field}:${this.of(part)}`);
    const key = `${Array.isArray(value) ? '[' : '{'}${parts.join(',')}`;
    const number = this.#numbers.get(key) ?? `#${this.#numbers.size}`;
    this.#numbers.set(key, number);
    this.#known.set(value, number);
    return number;
  }
}

/** Structural equality; trees are plain data, in which a field that is left out is undefined. */
export function sameTree(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, at) => sameTree(item, b[at]))
    );
  const [left, right] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  for (const field in left) if (!sameTree(left[field], right[field])) return false;
  for (const field in right) if (right[field] !== undefined && left[field] === undefined) return false;
  return true;
}
