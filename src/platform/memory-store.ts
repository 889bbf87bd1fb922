/** A store that lives as long as the program: for Node, for tests, and where a browser keeps nothing. */
import { invariant } from '../core/errors.ts';
import type { KeyValueStore } from '../core/store.ts';
import { notOurs } from './store.ts';

/** Clones what goes in and out, as IndexedDB does, so that nobody leans on shared objects by accident. */
export function createMemoryStore(): KeyValueStore {
  const held = new Map<string, unknown>();
  return {
    getMany: async (keys) => keys.map((key) => structuredClone(held.get(key))),
    setMany: async (entries, deletedKeys = [], expected) => {
      if (expected && held.get(expected.key) !== expected.value) throw notOurs(held.get(expected.key));
      // Cloned first: an entry that cannot be cloned must leave everything as it was.
      const clones = entries.map(([key, value]): [string, unknown] => {
        invariant(!isShared(value), `the value of ${key} is shared memory, which a store cannot keep`);
        return [key, structuredClone(value)];
      });
      const written = new Set(entries.map(([key]) => key));
      for (const [key, value] of clones) held.set(key, value);
      for (const key of deletedKeys) if (!written.has(key)) held.delete(key);
    },
    delMany: async (keys) => {
      for (const key of keys) held.delete(key);
    },
    keys: async () => [...held.keys()],
    clear: async () => held.clear(),
  };
}

/** IndexedDB refuses shared memory, while `structuredClone` inside one thread lets it pass. */
function isShared(value: unknown): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false;
  return value instanceof SharedArrayBuffer || (ArrayBuffer.isView(value) && value.buffer instanceof SharedArrayBuffer);
}
