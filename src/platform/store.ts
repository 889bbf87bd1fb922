/**
 * What outlives the page: IndexedDB through idb-keyval, in a database of our own. The origin may be shared with other
 * pages (github.io), so the name is ours alone. Browsers deny storage in many words; here they become two codes.
 */
import { createStore, promisifyRequest, type UseStore } from 'idb-keyval';
import { AppError } from '../core/errors.ts';
import type { Expected, KeyValueStore } from '../core/store.ts';

const DATABASE_NAME = 'headroom';
const OBJECT_STORE_NAME = 'values';

/** Some browsers neither open a denied database nor say no. */
const OPEN_TIMEOUT_MS = 5_000;

/** What a connection says that the browser closed: before a transaction begins, and in the middle of one. */
const CLOSED = new Set(['InvalidStateError', 'AbortError']);

/** Opens on the first call, not before; a browser that denies storage shows in that call's `AppError`. */
export function createIndexedDbStore(databaseName = DATABASE_NAME): KeyValueStore {
  let opened: Promise<UseStore> | null = null;

  const open = (): Promise<UseStore> => {
    if (opened) return opened;
    const opening = openDatabase(databaseName);
    opened = opening;
    opening.catch(() => {
      if (opened === opening) opened = null; // the next call tries again: storage may have been granted meanwhile
    });
    return opening;
  };

  const run = async <T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => Promise<T>): Promise<T> => {
    try {
      const use = await open();
      try {
        return await use(mode, work);
      } catch (error) {
        // The browser may close a connection by itself; what was asked on it did not happen, and is asked once more.
        if (!CLOSED.has(nameOf(error))) throw error;
        opened = null;
        return await (
          await open()
        )(mode, work);
      }
    } catch (error) {
      throw toStorageError(error);
    }
  };

  const write = (change: (store: IDBObjectStore) => void, expected?: Expected): Promise<void> =>
    run('readwrite', async (store) => {
      try {
        if (expected) {
          // Inside the transaction, so that nobody can take the store between the look and the write.
          const present = await promisifyRequest<unknown>(store.get(expected.key));
          if (present !== expected.value) throw notOurs(present);
        }
        change(store);
      } catch (error) {
        // Without this, the puts before a value that cannot be cloned would be committed.
        store.transaction.abort();
        throw error;
      }
      await promisifyRequest(store.transaction);
    });

  return {
    getMany: (keys) =>
      run('readonly', (store) => Promise.all(keys.map((key) => promisifyRequest<unknown>(store.get(key))))),
    setMany: (entries, deletedKeys = [], expected) =>
      write((store) => {
        const written = new Set(entries.map(([key]) => key));
        for (const [key, value] of entries) store.put(value, key);
        for (const key of deletedKeys) if (!written.has(key)) store.delete(key);
      }, expected),
    delMany: (keys) =>
      write((store) => {
        for (const key of keys) store.delete(key);
      }),
    keys: async () => (await run('readonly', (store) => promisifyRequest(store.getAllKeys()))).map(String),
    clear: () => write((store) => store.clear()),
  };
}

async function openDatabase(databaseName: string): Promise<UseStore> {
  if (typeof indexedDB === 'undefined') throw denied('it has no IndexedDB');
  const use = createStore(databaseName, OBJECT_STORE_NAME);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(denied('IndexedDB does not answer')), OPEN_TIMEOUT_MS);
  });
  try {
    await Promise.race([use('readonly', () => undefined), timeout]);
  } finally {
    clearTimeout(timer);
  }
  return use;
}

/** A browser's refusal as an `AppError`. A value that cannot be stored is a bug, and stays what it is. */
export function toStorageError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const name = nameOf(error);
  if (name === 'QuotaExceededError') {
    return new AppError(
      'storage-full',
      'This browser has no room left for the page, so the last changes are not saved. Free some space, or save the database as a file.',
    );
  }
  if (name === 'DataCloneError' || name === 'DataError') return error;
  return denied(error instanceof Error && error.message !== '' ? `${name}: ${error.message}` : name);
}

/**
 * What stands in place of what was expected: error `storage-taken` where another tab has the store now, `storage-emptied` where
 * nothing stands there.
 */
export function notOurs(present: unknown): AppError {
  if (present === undefined) {
    return new AppError(
      'storage-emptied',
      'This browser has removed what it kept for this page, while it was open. Nothing that is open here is lost; it is saved anew.',
    );
  }
  return new AppError(
    'storage-taken',
    'Another tab of this page keeps the data now, so what is changed here is not saved any more.',
  );
}

function denied(reason: string): AppError {
  return new AppError(
    'storage-denied',
    `This browser keeps nothing for the page (${reason}); a private window may be the cause. All works, but a reload starts afresh: save the database as a file.`,
  );
}

/** DOMException is no Error in older browsers, and a cancelled transaction may carry no error at all. */
function nameOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'name' in error && typeof error.name === 'string') {
    return error.name;
  }
  return 'the transaction was stopped';
}
