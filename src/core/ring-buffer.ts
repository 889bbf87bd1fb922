/** The last `capacity` items of an endless stream; the oldest gives way. */
export class RingBuffer<Item> {
  readonly capacity: number;
  readonly #items: Item[] = [];
  #start = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get length(): number {
    return this.#items.length;
  }

  push(item: Item): void {
    if (this.#items.length < this.capacity) this.#items.push(item);
    else {
      this.#items[this.#start] = item;
      this.#start = (this.#start + 1) % this.capacity;
    }
  }

  /** The item `back` places before the newest (0 is the newest), or undefined when there is none. */
  fromEnd(back: number): Item | undefined {
    if (back < 0 || back >= this.#items.length) return undefined;
    return this.#items[(this.#start + this.#items.length - 1 - back) % this.#items.length];
  }

  /** The newest `limit` items, oldest first. */
  latest(limit = this.capacity): Item[] {
    const count = Math.min(limit, this.#items.length);
    const found: Item[] = [];
    for (let back = count - 1; back >= 0; back--) found.push(this.fromEnd(back)!);
    return found;
  }

  clear(): void {
    this.#items.length = 0;
    this.#start = 0;
  }
}
