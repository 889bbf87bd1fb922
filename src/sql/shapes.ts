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

/** Structural equality; trees are plain data. */
export function sameTree(a: object, b: object): boolean {
  const shapes = new Shapes();
  return shapes.of(a) === shapes.of(b);
}
