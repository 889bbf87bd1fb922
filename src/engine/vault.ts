/**
 * Keeps the person's data in the browser: the base once, then records, written behind in one transaction within a
 * second of a write. Each part carries a checksum; what does not check out is not opened, and said.
 */
import { toWireError } from '../core/errors.ts';
import type { Scheduler } from '../core/ports.ts';
import type { KeyValueStore } from '../core/store.ts';
import type { PageRecord, Snapshot } from '../database/protocol.ts';
import type { DataSource, StorageState } from './protocol.ts';

/** A write is saved after this pause, so that a burst of writes is one transaction. */
const SAVE_DELAY_MS = 250;
const SAVE_HANDLE = 1;
const HEAD_KEY = 'data/head';
const FORMAT = 1;

interface Head {
  format: number;
  historyId: string;
  baseLog: number;
  logNumber: number;
  source: DataSource;
  savedAtMs: number;
}

interface KeptBase {
  bytes: Uint8Array;
  pageSize: number;
  checksum: number;
}

interface KeptRecord {
  record: PageRecord;
  checksum: number;
}

export interface Kept {
  snapshot: Snapshot;
  source: DataSource;
}

export interface VaultOptions {
  store: KeyValueStore;
  wallMs(): number;
  createScheduler(onTimer: (handle: number) => void): Scheduler;
  /** The data as it stands now, and where it came from. */
  current(): { snapshot: Snapshot; source: DataSource };
  onState(state: StorageState): void;
}

export class Vault {
  readonly #options: VaultOptions;
  readonly #scheduler: Scheduler;
  #state: StorageState = {
    state: 'kept',
    message: '',
    savedAtMs: null,
    bytes: null,
    usageBytes: null,
    quotaBytes: null,
    persisted: null,
  };
  /** What lies in the store now; null when nothing of the present history does. */
  #stored: { historyId: string; baseLog: number; logNumber: number } | null = null;
  #owned = false;
  #armed = false;
  #saving: Promise<void> | null = null;

  constructor(options: VaultOptions) {
    this.#options = options;
    this.#scheduler = options.createScheduler(() => {
      this.#armed = false;
      void this.save();
    });
  }

  get state(): StorageState {
    return this.#state;
  }

  /** Whether the browser has promised to keep the site's data. */
  persistenceKnown(persisted: boolean): void {
    this.#tell({ ...this.#state, persisted });
  }

  /** Called once at boot: may this session save, and if not, why. */
  claimed(refused: { state: 'other-tab' | 'safe'; message: string } | null): void {
    this.#owned = refused === null;
    if (refused) this.#tell({ ...this.#state, ...refused });
  }

  /** What was kept, or null; `damaged` says why something kept could not be opened. Errors of the store become its state. */
  async load(): Promise<{ kept: Kept | null; damaged: string | null }> {
    try {
      const [head] = (await this.#options.store.getMany([HEAD_KEY])) as [Head | undefined];
      if (!head) return { kept: null, damaged: null };
      if (head.format !== FORMAT)
        return { kept: null, damaged: 'The data kept in this browser is of another version of Headroom.' };
      const recordKeys = range(head.baseLog + 1, head.logNumber).map((logNumber) =>
        recordKey(head.historyId, logNumber),
      );
      const [base, ...records] = (await this.#options.store.getMany([baseKey(head), ...recordKeys])) as [
        KeptBase | undefined,
        ...(KeptRecord | undefined)[],
      ];
      if (!base || checksumOf(base.bytes) !== base.checksum) {
        return {
          kept: null,
          damaged: 'The database kept in this browser is damaged and was not opened. A sample is open instead.',
        };
      }
      const whole: PageRecord[] = [];
      for (const kept of records) {
        if (!kept || checksumOf(kept.record.pages) !== kept.checksum) break;
        whole.push(kept.record);
      }
      const missing = recordKeys.length - whole.length;
      this.#stored = { historyId: head.historyId, baseLog: head.baseLog, logNumber: head.baseLog + whole.length };
      this.#tell({
        ...this.#state,
        state: 'kept',
        message: '',
        savedAtMs: head.savedAtMs,
        bytes: base.bytes.byteLength,
      });
      return {
        kept: {
          snapshot: {
            historyId: head.historyId,
            logNumber: head.baseLog,
            pageSize: base.pageSize,
            base: base.bytes,
            records: whole,
          },
          source: head.source,
        },
        damaged:
          missing > 0 ? `The last ${missing} saved changes were damaged; the state before them was opened.` : null,
      };
    } catch (error) {
      this.#failed(error);
      return { kept: null, damaged: null };
    }
  }

  /** The data changed, or a file was opened: save soon. */
  noteChange(): void {
    if (!this.#owned || this.#armed) return;
    this.#armed = true;
    this.#scheduler.after(SAVE_DELAY_MS, SAVE_HANDLE);
  }

  /** Saves at once what a change still waits to have saved: before other content takes the place of this one. */
  async settle(): Promise<void> {
    if (!this.#armed) return;
    this.#scheduler.cancel(SAVE_HANDLE);
    this.#armed = false;
    await this.save();
  }

  /** Whether everything up to this log number lies in the store. */
  hasStored(historyId: string, logNumber: number): boolean {
    return this.#stored !== null && this.#stored.historyId === historyId && this.#stored.logNumber >= logNumber;
  }

  /** Saves what is not saved yet, in one transaction. Never throws: the state tells. */
  async save(): Promise<void> {
    if (!this.#owned) return;
    while (this.#saving) await this.#saving;
    this.#saving = this.#saveNow();
    try {
      await this.#saving;
    } finally {
      this.#saving = null;
    }
  }

  /** Drops the kept data, for "start again" and "reset everything". */
  async forget(): Promise<void> {
    this.#scheduler.cancel(SAVE_HANDLE);
    this.#armed = false;
    while (this.#saving) await this.#saving;
    this.#stored = null;
    if (!this.#owned) return;
    try {
      const keys = await this.#options.store.keys();
      await this.#options.store.delMany(keys.filter((key) => key.startsWith('data/')));
      this.#tell({ ...this.#state, state: 'kept', message: '', savedAtMs: null, bytes: null });
    } catch (error) {
      this.#failed(error);
    }
  }

  async #saveNow(): Promise<void> {
    const { snapshot, source } = this.#options.current();
    const stored = this.#stored?.historyId === snapshot.historyId ? this.#stored : null;
    const logNumber = snapshot.logNumber + snapshot.records.length;
    const sameBase = stored !== null && stored.baseLog === snapshot.logNumber;
    if (sameBase && stored.logNumber === logNumber) return;
    try {
      const entries: [string, unknown][] = [];
      if (!sameBase)
        entries.push([baseKey({ historyId: snapshot.historyId, baseLog: snapshot.logNumber }), keepBase(snapshot)]);
      const from = sameBase ? stored.logNumber : snapshot.logNumber;
      for (const record of snapshot.records) {
        if (record.logNumber > from)
          entries.push([recordKey(snapshot.historyId, record.logNumber), keepRecord(record)]);
      }
      const head: Head = {
        format: FORMAT,
        historyId: snapshot.historyId,
        baseLog: snapshot.logNumber,
        logNumber,
        source,
        savedAtMs: this.#options.wallMs(),
      };
      entries.push([HEAD_KEY, head]);
      const obsolete = sameBase ? [] : await this.#otherParts(new Set(entries.map(([key]) => key)));
      await this.#options.store.setMany(entries, obsolete);
      this.#stored = { historyId: snapshot.historyId, baseLog: snapshot.logNumber, logNumber };
      this.#tell({
        ...this.#state,
        state: 'kept',
        message: '',
        savedAtMs: head.savedAtMs,
        bytes: snapshot.base.byteLength,
      });
    } catch (error) {
      this.#failed(error);
    }
  }

  async #otherParts(keep: Set<string>): Promise<string[]> {
    const keys = await this.#options.store.keys();
    return keys.filter((key) => key.startsWith('data/') && !keep.has(key));
  }

  #failed(error: unknown): void {
    const { code, message } = toWireError(error);
    this.#tell({ ...this.#state, state: code === 'storage-full' ? 'full' : 'denied', message });
  }

  #tell(state: StorageState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}

function baseKey(head: { historyId: string; baseLog: number }): string {
  return `data/base/${head.historyId}/${head.baseLog}`;
}

function recordKey(historyId: string, logNumber: number): string {
  return `data/record/${historyId}/${logNumber}`;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

/** IndexedDB takes no shared memory, so what is shared is copied out. */
function keepBase(snapshot: Snapshot): KeptBase {
  const bytes = new Uint8Array(snapshot.base);
  return { bytes, pageSize: snapshot.pageSize, checksum: checksumOf(bytes) };
}

function keepRecord(record: PageRecord): KeptRecord {
  const pages = new Uint8Array(record.pages);
  return {
    record: { ...record, pageNumbers: new Uint32Array(record.pageNumbers), pages },
    checksum: checksumOf(pages),
  };
}

/** FNV-1a over 32-bit words: a torn or flipped page is found; 60 MB take some tens of milliseconds. */
export function checksumOf(bytes: Uint8Array): number {
  const words = bytes.byteLength >>> 2;
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  const view = new Int32Array(aligned.buffer, aligned.byteOffset, words);
  let hash = 0x811c9dc5 ^ bytes.byteLength;
  for (let index = 0; index < words; index++) {
    hash = Math.imul(hash ^ view[index], 0x01000193);
    hash ^= hash >>> 15;
  }
  for (let index = words * 4; index < aligned.byteLength; index++) hash = Math.imul(hash ^ aligned[index], 0x01000193);
  return hash >>> 0;
}
