/** The port to what outlives the page: values by key, as IndexedDB keeps them. Real and in-memory ones live in `platform/`. */

/** What a key must hold for a write to happen: how two tabs learn that the other one has the store now. */
export interface Expected {
  key: string;
  value: string | undefined;
}

/**
 * Values must be structured-cloneable and not shared between threads; they come back as copies.
 * Every method rejects with `AppError` code `storage-denied` (no store here) or `storage-full` (no room left).
 */
export interface KeyValueStore {
  /** In the order of `keys`; undefined for a key that is not there. */
  getMany(keys: string[]): Promise<unknown[]>;
  /**
   * Writes all entries, then deletes those of `deletedKeys` that are not among them, in one transaction: all of it or nothing.
   * With `expected` only if that key holds that value at this moment (undefined: is not there); error `storage-taken` if it
   * holds another one, `storage-emptied` if it holds none.
   */
  setMany(entries: [string, unknown][], deletedKeys?: string[], expected?: Expected): Promise<void>;
  delMany(keys: string[]): Promise<void>;
  /** In no promised order. */
  keys(): Promise<string[]>;
  clear(): Promise<void>;
}
