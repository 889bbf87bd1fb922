/**
 * Many doubly linked lists over one set of nodes, in typed arrays: a node is in at most one list, and moving it allocates nothing.
 * Queues of jobs use it, so that taking a job out of the middle (cancel, deadline) costs the same as from the end.
 */
import { invariant } from './errors.ts';

/** No node, no list. */
export const NONE = -1;

/** `listCount` lists, numbered from 0, over nodes numbered from 0; `grow` adds nodes. */
export class IntrusiveLists {
  readonly #head: Int32Array;
  readonly #tail: Int32Array;
  readonly #length: Int32Array;
  #next: Int32Array;
  #previous: Int32Array;
  #list: Int32Array;

  constructor(listCount: number, nodeCapacity: number) {
    this.#head = new Int32Array(listCount).fill(NONE);
    this.#tail = new Int32Array(listCount).fill(NONE);
    this.#length = new Int32Array(listCount);
    this.#next = new Int32Array(nodeCapacity).fill(NONE);
    this.#previous = new Int32Array(nodeCapacity).fill(NONE);
    this.#list = new Int32Array(nodeCapacity).fill(NONE);
  }

  /** Makes room for nodes up to `nodeCapacity`; what is linked stays linked. */
  grow(nodeCapacity: number): void {
    this.#next = grown(this.#next, nodeCapacity);
    this.#previous = grown(this.#previous, nodeCapacity);
    this.#list = grown(this.#list, nodeCapacity);
  }

  head(list: number): number {
    return this.#head[list];
  }

  /** The node after `node` in its list, or NONE. */
  after(node: number): number {
    return this.#next[node];
  }

  length(list: number): number {
    return this.#length[list];
  }

  /** The list that holds `node`, or NONE. */
  listOf(node: number): number {
    return this.#list[node];
  }

  pushBack(list: number, node: number): void {
    invariant(this.#list[node] === NONE, 'a node is in one list at a time');
    const tail = this.#tail[list];
    this.#list[node] = list;
    this.#previous[node] = tail;
    this.#next[node] = NONE;
    if (tail === NONE) this.#head[list] = node;
    else this.#next[tail] = node;
    this.#tail[list] = node;
    this.#length[list]++;
  }

  pushFront(list: number, node: number): void {
    invariant(this.#list[node] === NONE, 'a node is in one list at a time');
    const head = this.#head[list];
    this.#list[node] = list;
    this.#previous[node] = NONE;
    this.#next[node] = head;
    if (head === NONE) this.#tail[list] = node;
    else this.#previous[head] = node;
    this.#head[list] = node;
    this.#length[list]++;
  }

  /** Takes `node` out of its list; it must be in one. */
  remove(node: number): void {
    const list = this.#list[node];
    invariant(list !== NONE, 'only a linked node can be removed');
    const next = this.#next[node];
    const previous = this.#previous[node];
    if (previous === NONE) this.#head[list] = next;
    else this.#next[previous] = next;
    if (next === NONE) this.#tail[list] = previous;
    else this.#previous[next] = previous;
    this.#list[node] = NONE;
    this.#length[list]--;
  }

  /** The nodes of a list in order, as a new array: for rare walks that change the list as they go. */
  nodes(list: number): number[] {
    const found: number[] = [];
    for (let node = this.#head[list]; node !== NONE; node = this.#next[node]!) found.push(node);
    return found;
  }
}

function grown(old: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const next = new Int32Array(capacity).fill(NONE);
  next.set(old);
  return next;
}
