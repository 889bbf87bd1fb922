/** A store that does what stores do at their worst: tears a transaction, flips bytes, loses keys, has no room, says no. */
import { AppError } from '../../../src/core/errors.ts';
import type { KeyValueStore } from '../../../src/core/store.ts';
import { notOurs } from '../../../src/platform/store.ts';

export class FaultyStore implements KeyValueStore {
  readonly held: Map<string, unknown>;
  /** Single puts and deletes that were done. */
  operations = 0;
  /** After so many the tab is dead: nothing is done any more and nothing answers. */
  diesAfter = Infinity;
  capacityBytes = Infinity;
  /** Called before each write; may throw. */
  beforeWrite: () => void = () => {};

  constructor(held: ReadonlyMap<string, unknown> = new Map()) {
    this.held = new Map(structuredClone(held));
  }

  getMany(keys: string[]): Promise<unknown[]> {
    return this.#alive(() => keys.map((key) => structuredClone(this.held.get(key))));
  }

  setMany(...[entries, deletedKeys = [], expected]: Parameters<KeyValueStore['setMany']>): Promise<void> {
    return this.#alive(() => {
      this.beforeWrite();
      if (expected && this.held.get(expected.key) !== expected.value) throw notOurs(this.held.get(expected.key));
      const after = new Map(this.held);
      for (const key of deletedKeys) after.delete(key);
      for (const [key, value] of entries) after.set(key, value);
      if (sizeOf(after) > this.capacityBytes) throw new AppError('storage-full', 'There is no room.');
      for (const [key, value] of entries) this.#operation(() => this.held.set(key, structuredClone(value)));
      for (const key of deletedKeys) this.#operation(() => this.held.delete(key));
    });
  }

  delMany(keys: string[]): Promise<void> {
    return this.setMany([], keys);
  }

  keys(): Promise<string[]> {
    return this.#alive(() => [...this.held.keys()]);
  }

  clear(): Promise<void> {
    return this.#alive(() => this.held.clear());
  }

  #operation(work: () => void): void {
    if (this.operations >= this.diesAfter) return;
    this.operations++;
    work();
  }

  #alive<Result>(work: () => Result): Promise<Result> {
    if (this.operations >= this.diesAfter) return new Promise(() => {});
    return new Promise((resolve, reject) => {
      try {
        const result = work();
        if (this.operations < this.diesAfter) resolve(result);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }
}

export function sizeOf(held: ReadonlyMap<string, unknown>): number {
  let bytes = 0;
  const add = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) bytes += value.byteLength;
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(add);
  };
  held.forEach(add);
  return bytes;
}

/** All ways in which one value can be damaged: gone, another kind of thing, one bit wrong in each of its parts. */
export function damages(value: unknown): unknown[] {
  const ways: unknown[] = [undefined, null, 'damaged', {}];
  const flipped = (part: unknown): unknown => {
    if (ArrayBuffer.isView(part) && part.byteLength > 0) {
      const copy = structuredClone(part);
      const bytes = new Uint8Array(copy.buffer, copy.byteOffset, copy.byteLength);
      bytes[bytes.length >> 1] ^= 1;
      return copy;
    }
    if (typeof part === 'string') return part.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10));
    return typeof part === 'number' ? part ^ 1 : part;
  };
  if (ArrayBuffer.isView(value)) ways.push(flipped(value), structuredClone(value as Uint8Array).subarray(1));
  else if (typeof value === 'object' && value !== null) {
    for (const [name, part] of Object.entries(value)) ways.push({ ...value, [name]: flipped(part) });
  }
  return ways;
}
