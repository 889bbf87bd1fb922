/**
 * Doubly linked lists threaded through slot numbers, in two typed arrays: no object per entry.
 * Each list is a circle through its own sentinel, so that unlinking needs neither the list's name nor a branch.
 */

/** Several lists over one range of slots; a slot is in one list at most. */
export class SlotLists {
  readonly #sentinels: number;
  #next: Int32Array;
  #previous: Int32Array;

  constructor(listCount: number) {
    this.#sentinels = listCount;
    this.#next = new Int32Array(listCount + 64);
    this.#previous = new Int32Array(listCount + 64);
    for (let list = 0; list < listCount; list++) {
      this.#next[list] = list;
      this.#previous[list] = list;
    }
  }

  /** Links an unlinked slot at the front of a list. */
  addFirst(list: number, slot: number): void {
    const node = slot + this.#sentinels;
    if (node >= this.#next.length) this.#grow(node);
    const next = this.#next[list];
    this.#next[list] = node;
    this.#next[node] = next;
    this.#previous[next] = node;
    this.#previous[node] = list;
  }

  /** Unlinks a linked slot. */
  remove(slot: number): void {
    const node = slot + this.#sentinels;
    const next = this.#next[node];
    const previous = this.#previous[node];
    this.#next[previous] = next;
    this.#previous[next] = previous;
  }

  /** Moves a linked slot, from whichever list, to the front of this one. */
  moveFirst(list: number, slot: number): void {
    this.remove(slot);
    this.addFirst(list, slot);
  }

  /** The slot at the back, or -1 when the list is empty. */
  last(list: number): number {
    const node = this.#previous[list];
    return node === list ? -1 : node - this.#sentinels;
  }

  /** The slot at the front, or -1 when the list is empty. */
  first(list: number): number {
    const node = this.#next[list];
    return node === list ? -1 : node - this.#sentinels;
  }

  /** The slot in front of a linked slot, or -1 when it is the first. */
  before(slot: number): number {
    const node = this.#previous[slot + this.#sentinels];
    return node < this.#sentinels ? -1 : node - this.#sentinels;
  }

  /** Moves all slots of another list, in their order, to the front of this one; in constant time. */
  takeAll(list: number, from: number): void {
    const first = this.#next[from];
    if (first === from) return;
    const last = this.#previous[from];
    const next = this.#next[list];
    this.#next[list] = first;
    this.#previous[first] = list;
    this.#next[last] = next;
    this.#previous[next] = last;
    this.#next[from] = from;
    this.#previous[from] = from;
  }

  /** Appends the slots of a list to `into`, front to back. */
  collect(list: number, into: number[]): void {
    for (let node = this.#next[list]; node !== list; node = this.#next[node]) into.push(node - this.#sentinels);
  }

  #grow(node: number): void {
    const length = Math.max(node + 1, this.#next.length * 2);
    this.#next = grown(this.#next, length);
    this.#previous = grown(this.#previous, length);
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
