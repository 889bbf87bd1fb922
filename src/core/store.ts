/** The port to what outlives the page: values by key, as IndexedDB keeps them. Real and in-memory ones live in `platform/`. */

/**
 * Values must be structured-cloneable and not shared between threads; they come back as copies.
 * Every method rejects with `AppError` code `storage-denied` (no store here) or `storage-full` (no room left).
 */
export interface KeyValueStore {
  /** In the order of `keys`; undefined for a key that is not there. */
  getMany(keys: string[]): Promise<unknown[]>;
  /** Writes all entries, and deletes `deletedKeys` before that, in one transaction: all of it or nothing. */
  setMany(entries: [string, unknown][], deletedKeys?: string[]): Promise<void>;
  delMany(keys: string[]): Promise<void>;
  /** In no promised order. */
  keys(): Promise<string[]>;
  clear(): Promise<void>;
}
