/**
 * The page's part in keeping the data: asks the browser once not to evict it, and remembers beside it that something was kept,
 * so that an eviction is told and not taken for a first visit. Loaded when there is something to keep.
 */
import type { BootReport, DatabaseInfo, EngineClient, Notice } from '../../engine/client.ts';

/** Removed with everything else by "Reset everything", which takes all names that begin like this. */
const MARK = 'headroom-kept';

/** Follows the database from now on. Call it once. */
export function watchKept(client: EngineClient): void {
  let asked = false;
  let told = false;
  let marked: number | null = null;
  const see = ({ changed, storage }: DatabaseInfo): void => {
    if (!changed && !told && storage.savedAtMs !== null) {
      told = true;
      // Kept on an earlier visit, which asked: what became of it.
      void tellPersisted(client).catch(() => undefined);
    }
    if (changed && !asked && storage.state === 'kept') {
      asked = true;
      // A refusal means that the engine went away, which its own path reports.
      void askToKeep(client).catch(() => undefined);
    }
    if (storage.state !== 'kept' || storage.savedAtMs === marked) return;
    marked = storage.savedAtMs;
    if (marked !== null) localStorage.setItem(MARK, String(marked));
    else localStorage.removeItem(MARK);
  };
  client.on('snapshot', ({ database }) => {
    try {
      see(database);
    } catch {
      // Without localStorage an eviction cannot be told from a first visit.
    }
  });
}

/** What to say at a start at which nothing was found although something had been kept; null when all is as it was left. */
export function evictionAt({ database, notices }: BootReport): Notice | null {
  const { savedAtMs, state } = database.storage;
  const wasKept = localStorage.getItem(MARK);
  if (wasKept === null || savedAtMs !== null || state !== 'kept') return null;
  localStorage.removeItem(MARK);
  // Damage is told by the engine, which knows more.
  if (notices.some(({ id }) => id === 'damaged')) return null;
  const when = new Date(Number(wasKept)).toLocaleString();
  const message = `The database that was saved here ${when} is gone: the browser has removed it, perhaps to make room. A sample is open instead; if you have saved the database as a file, open that.`;
  return { id: 'evicted', tone: 'bad', message };
}

async function askToKeep(client: EngineClient): Promise<void> {
  // Absent on plain http.
  const storage = navigator.storage as StorageManager | undefined;
  if (!storage?.persist) return;
  const persisted = (await storage.persisted()) || (await storage.persist());
  await client.call.storagePersistence({ persisted });
}

async function tellPersisted(client: EngineClient): Promise<void> {
  const storage = navigator.storage as StorageManager | undefined;
  if (storage?.persisted) await client.call.storagePersistence({ persisted: await storage.persisted() });
}
