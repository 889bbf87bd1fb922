/**
 * LIRS (Jiang and Zhang, SIGMETRICS 2002): ranks by the distance between the last two uses, not by the last use. Slots of low distance
 * (LIR) hold nearly all of the capacity; the rest (HIR) pass through a short queue. A stack in order of use, cut below its last LIR slot,
 * tells which HIR key, resident or not, was used again within the span of the LIR ones: that key takes the place of the last.
 */
import type { RemovalCause } from '../catalogue.ts';
import { HashIndex } from '../structures/hash-index.ts';
import { grown, SlotLists } from '../structures/slot-lists.ts';
import { SlotPool } from '../structures/slot-pool.ts';
import type { Strategy } from './strategy.ts';

const HIR_SHARE = 0.01;
/** So many departed keys per resident slot stay on the stack. */
const GHOSTS_PER_SLOT = 4;

const LIR = 0;
const HIR = 1;
const GHOST = 2;

const STACK = 0;
/** Lists of the second set: the queue of resident HIR nodes, and the departed in the order in which they left. */
const QUEUE = 0;
const DEPARTED = 1;

export class Lirs implements Strategy {
  /** Nodes outlive their slots, so they have numbers of their own. */
  readonly #pool = new SlotPool();
  readonly #stack = new SlotLists(1);
  readonly #queues = new SlotLists(2);
  readonly #departed = new HashIndex();
  #capacity = 0;
  #lirWeight = 0;
  #weight = 0;
  #resident = 0;
  #nodes = new Int32Array(64);
  #slots = new Int32Array(64);
  #hashes = new Uint32Array(64);
  #weights = new Float64Array(64);
  #states = new Uint8Array(64);
  #onStack = new Uint8Array(64);

  admit(): boolean {
    return true;
  }

  onInsert(slot: number, keyHash: number, weight: number): void {
    if (slot >= this.#nodes.length) this.#nodes = grown(this.#nodes, slot * 2);
    this.#resident++;
    this.#weight += weight;
    const known = this.#departed.get(keyHash);
    const node = known >= 0 ? known : this.#take();
    this.#nodes[slot] = node;
    this.#slots[node] = slot;
    this.#hashes[node] = keyHash;
    this.#weights[node] = weight;
    if (known >= 0) {
      this.#departed.delete(keyHash);
      this.#queues.remove(node);
      this.#stack.moveFirst(STACK, node);
      this.#raise(node);
      return;
    }
    this.#stack.addFirst(STACK, node);
    this.#onStack[node] = 1;
    if (this.#lirWeight + weight <= this.#lirMax()) {
      this.#states[node] = LIR;
      this.#lirWeight += weight;
    } else {
      this.#states[node] = HIR;
      this.#queues.addFirst(QUEUE, node);
    }
  }

  onHit(slot: number): void {
    const node = this.#nodes[slot];
    if (this.#states[node] === LIR) {
      this.#stack.moveFirst(STACK, node);
      this.#prune();
    } else if (this.#onStack[node] === 1) {
      this.#stack.moveFirst(STACK, node);
      this.#queues.remove(node);
      this.#raise(node);
    } else {
      this.#stack.addFirst(STACK, node);
      this.#onStack[node] = 1;
      this.#queues.moveFirst(QUEUE, node);
    }
  }

  onMiss(): void {}

  onRemove(slot: number, cause: RemovalCause): void {
    const node = this.#nodes[slot];
    this.#resident--;
    this.#weight -= this.#weights[node];
    if (this.#states[node] === LIR) {
      this.#lirWeight -= this.#weights[node];
      this.#stack.remove(node);
      this.#pool.give(node);
      this.#prune();
      return;
    }
    this.#queues.remove(node);
    if (this.#onStack[node] === 0) this.#pool.give(node);
    else if (cause === 'size') {
      this.#states[node] = GHOST;
      this.#departed.set(this.#hashes[node], node);
      this.#queues.addFirst(DEPARTED, node);
      if (this.#departed.size > GHOSTS_PER_SLOT * this.#resident + 1) this.#forget(this.#queues.last(DEPARTED));
    } else {
      this.#stack.remove(node);
      this.#pool.give(node);
    }
  }

  victim(): number {
    if (this.#queues.last(QUEUE) < 0) this.#lower();
    const node = this.#queues.last(QUEUE);
    return node < 0 ? -1 : this.#slots[node];
  }

  onReweigh(slot: number, weight: number): void {
    const node = this.#nodes[slot];
    this.#weight += weight - this.#weights[node];
    if (this.#states[node] === LIR) this.#lirWeight += weight - this.#weights[node];
    this.#weights[node] = weight;
    this.#lowerToShare();
  }

  setCapacity(capacity: number): void {
    this.#capacity = capacity;
    this.#lowerToShare();
  }

  order(): number[] {
    const stack: number[] = [];
    this.#stack.collect(STACK, stack);
    const nodes = stack.filter((node) => this.#states[node] === LIR);
    this.#queues.collect(QUEUE, nodes);
    return nodes.map((node) => this.#slots[node]);
  }

  ghosts(limit: number): number[] {
    const nodes: number[] = [];
    this.#queues.collect(DEPARTED, nodes);
    return nodes.slice(0, limit).map((node) => this.#hashes[node]);
  }

  report(): null {
    return null;
  }

  /** The rest is for HIR slots, and holds one of the usual weight at least: without any, whoever comes would push a LIR slot out. */
  #lirMax(): number {
    const usual = this.#resident === 0 ? 0 : this.#weight / this.#resident;
    return this.#capacity - Math.max(this.#capacity * HIR_SHARE, usual);
  }

  /** A node on top of the stack becomes LIR; the last of them make room for it. */
  #raise(node: number): void {
    this.#states[node] = LIR;
    this.#lirWeight += this.#weights[node];
    this.#lowerToShare();
    this.#prune();
  }

  #lowerToShare(): void {
    while (this.#lirWeight > this.#lirMax() && this.#stack.last(STACK) >= 0) this.#lower();
  }

  /** The last LIR node of the stack becomes a HIR one, at the newer end of the queue. */
  #lower(): void {
    this.#prune();
    const node = this.#stack.last(STACK);
    if (node < 0) return;
    this.#states[node] = HIR;
    this.#lirWeight -= this.#weights[node];
    this.#stack.remove(node);
    this.#onStack[node] = 0;
    this.#queues.addFirst(QUEUE, node);
    this.#prune();
  }

  /** Cuts the stack below its last LIR node. */
  #prune(): void {
    for (let node = this.#stack.last(STACK); node >= 0; node = this.#stack.last(STACK)) {
      if (this.#states[node] === LIR) return;
      if (this.#states[node] === GHOST) this.#forget(node);
      else {
        this.#stack.remove(node);
        this.#onStack[node] = 0;
      }
    }
  }

  #forget(node: number): void {
    this.#departed.delete(this.#hashes[node]);
    this.#queues.remove(node);
    this.#stack.remove(node);
    this.#pool.give(node);
  }

  #take(): number {
    const node = this.#pool.take();
    if (node >= this.#slots.length) {
      this.#slots = grown(this.#slots, node * 2);
      this.#hashes = grown(this.#hashes, node * 2);
      this.#weights = grown(this.#weights, node * 2);
      this.#states = grown(this.#states, node * 2);
      this.#onStack = grown(this.#onStack, node * 2);
    }
    return node;
  }
}
