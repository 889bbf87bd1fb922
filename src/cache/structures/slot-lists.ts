/**
 * Doubly linked lists threaded through slot numbers, in a typed array: no object per entry.
 * Each list is a circle through its own sentinel, so that unlinking needs neither the list's name nor a branch.
 */

/** Several lists over one range of slots; a slot is in one list at most. */
export class SlotLists {
  readonly #sentinels: number;
  /** By node: the next, and the previous one, side by side: a slot's links are in one line of memory. */
  #links: Int32Array;

  constructor(listCount: number) {
    this.#sentinels = listCount;
    this.#links = new Int32Array(2 * (listCount + 64));
    for (let list = 0; list < listCount; list++) this.#links[2 * list] = this.#links[2 * list + 1] = list;
  }

  /** Links an unlinked slot at the front of a list. */
  addFirst(list: number, slot: number): void {
    const node = slot + this.#sentinels;
    if (2 * node >= this.#links.length) this.#grow(node);
    const links = this.#links;
    const next = links[2 * list];
    links[2 * list] = node;
    links[2 * node] = next;
    links[2 * node + 1] = list;
    links[2 * next + 1] = node;
  }

  /** Unlinks a linked slot. */
  remove(slot: number): void {
    const links = this.#links;
    const node = slot + this.#sentinels;
    const next = links[2 * node];
    const previous = links[2 * node + 1];
    links[2 * previous] = next;
    links[2 * next + 1] = previous;
  }

  /** Moves a linked slot, from whichever list, to the front of this one. */
  moveFirst(list: number, slot: number): void {
    this.remove(slot);
    this.addFirst(list, slot);
  }

  /** The slot at the back, or -1 when the list is empty. */
  last(list: number): number {
    const node = this.#links[2 * list + 1];
    return node === list ? -1 : node - this.#sentinels;
  }

  /** The slot at the front, or -1 when the list is empty. */
  first(list: number): number {
    const node = this.#links[2 * list];
    return node === list ? -1 : node - this.#sentinels;
  }

  /** The slot in front of a linked slot, or -1 when it is the first. */
  before(slot: number): number {
    const node = this.#links[2 * (slot + this.#sentinels) + 1];
    return node < this.#sentinels ? -1 : node - this.#sentinels;
  }

  /** Moves all slots of another list, in their order, to the front of this one; in constant time. */
  takeAll(list: number, from: number): void {
    const links = this.#links;
    const first = links[2 * from];
    if (first === from) return;
    const last = links[2 * from + 1];
    const next = links[2 * list];
    links[2 * list] = first;
    links[2 * first + 1] = list;
    links[2 * last] = next;
    links[2 * next + 1] = last;
    links[2 * from] = links[2 * from + 1] = from;
  }

  /** Appends the slots of a list to `into`, front to back. */
  collect(list: number, into: number[]): void {
    for (let node = this.#links[2 * list]; node !== list; node = this.#links[2 * node])
      into.push(node - this.#sentinels);
  }

  #grow(node: number): void {
    this.#links = grown(this.#links, Math.max(2 * (node + 1), this.#links.length * 2));
  }
}

/** A longer copy of a typed array, padded with zeros. */
export function grown<Numbers extends Int32Array | Uint32Array | Uint16Array | Uint8Array | Float64Array>(
  numbers: Numbers,
  length: number,
): Numbers {
  const longer = new (numbers.constructor as new (length: number) => Numbers)(length);
  longer.set(numbers);
  return longer;
}
