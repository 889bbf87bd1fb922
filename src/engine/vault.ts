/**
 * Keeps the person's data in the browser: records and points in time written behind within a second of a write, in one
 * transaction; a base when there is a new one, the former staying until the next. Only the tab that owns the store saves,
 * and the store itself refuses a tab that another has taken it from.
 */
import { toWireError } from '../core/errors.ts';
import type { Scheduler } from '../core/ports.ts';
import type { KeyValueStore } from '../core/store.ts';
import type { Content } from './data-plane.ts';
import {
  HEAD_KEYS,
  isLeftOver,
  keptBytes,
  OWNER_KEY,
  packHead,
  packRecord,
  recordKey,
  type Base,
  type Head,
  type Line,
} from './kept-format.ts';
import { savePoints } from './kept-points.ts';
import { readKept, type Found, type Kept } from './kept-reader.ts';
import { writeBase } from './kept-writer.ts';
import type { DataSource, StorageState } from './protocol.ts';

/** A write is saved after this pause, so that a burst of writes is one transaction. */
const SAVE_DELAY_MS = 250;
/** A save that failed is tried again after so long, then after twice as long, up to the last. */
const RETRY_MS = { first: 1000, last: 60_000 } as const;
const SAVE_TIMER = 1;
const RETRY_TIMER = 2;
const NOTHING: Head = { sequence: 0, savedAtMs: 0, lines: [] };

export interface VaultOptions {
  store: KeyValueStore;
  wallMs(): number;
  newId(): string;
  allocate(byteLength: number): Uint8Array;
  createScheduler(onTimer: (handle: number) => void): Scheduler;
  /** The data as it stands now, and where it came from. */
  current(): { content: Content; source: DataSource };
  /** What the site uses and may use; null where the browser does not tell. */
  estimate(): Promise<{ usageBytes: number; quotaBytes: number } | null>;
  onState(state: StorageState): void;
  /** Another tab has taken the store: nothing is saved here any more. */
  onTaken(message: string): void;
}

export class Vault {
  readonly #options: VaultOptions;
  readonly #scheduler: Scheduler;
  /** Told to the store with each save, and expected by the next. */
  readonly #token: string;
  #owner: string | undefined;
  #state: StorageState = {
    state: 'kept',
    message: '',
    savedAtMs: null,
    bytes: null,
    usageBytes: null,
    quotaBytes: null,
    persisted: null,
  };
  /** What lies in the store. */
  #head = NOTHING;
  #pointsSaved = -1;
  /** There was no room for them. */
  #pointsLeftOut = false;
  /** Log number of a second base that there was no room for. */
  #baseLeftOut = -1;
  #swept = false;
  /** Whether `#head` is what lies in the store: what could not be read must not be written over. */
  #known = false;
  #owned = false;
  #armed = false;
  #retryMs: number = RETRY_MS.first;
  #saving: Promise<void> | null = null;

  constructor(options: VaultOptions) {
    this.#options = options;
    this.#token = options.newId();
    this.#scheduler = options.createScheduler((timer) => {
      if (timer === SAVE_TIMER) this.#armed = false;
      void this.save();
    });
  }

  get state(): StorageState {
    return this.#state;
  }

  /** Whether this tab saves. */
  get owned(): boolean {
    return this.#owned;
  }

  /** Whether the browser has promised to keep the site's data. */
  persistenceKnown(persisted: boolean): void {
    this.#tell({ persisted });
  }

  /** Called once at boot: may this session save, and if not, why. */
  claimed(refused: { state: 'other-tab' | 'safe'; message: string } | null): void {
    this.#owned = refused === null;
    if (refused) this.#tell(refused);
  }

  /** The store is this tab's from now on, whoever had it: a late save of the former owner is refused by the store. */
  async take(): Promise<void> {
    await this.#options.store.setMany([[OWNER_KEY, this.#token]]);
    this.#owner = this.#token;
    this.#owned = true;
    this.#swept = false;
    this.#known = false;
    this.#tell({ state: 'kept', message: '' });
  }

  /** Another tab has the store, or nobody: nothing is saved here any more. */
  letGo(message: string): void {
    this.#owned = false;
    this.#disarm();
    this.#tell({ state: 'other-tab', message });
  }

  /** What is kept, or null; `damage` says what of it could not be opened. Errors of the store become its state. */
  async load(): Promise<{ kept: Kept | null; damage: Found['damage'] }> {
    try {
      const { kept, damage } = await this.#read();
      void this.#measure();
      return { kept, damage };
    } catch (error) {
      this.#failed(error);
      return { kept: null, damage: null };
    }
  }

  async #read(): Promise<Found> {
    const { store, allocate, newId } = this.#options;
    const found = await readKept({ store, allocate, newId });
    const { head, owner, kept } = found;
    this.#owner = owner;
    this.#head = head ?? NOTHING;
    this.#known = true;
    this.#pointsSaved = kept?.content.lineId === this.#line?.id ? (kept?.content.points.revision ?? -1) : -1;
    if (head) this.#tell({ savedAtMs: head.savedAtMs, bytes: keptBytes(head) });
    return found;
  }

  /** The data or its points changed, or a file was opened: save soon. */
  noteChange(): void {
    if (!this.#owned || this.#armed) return;
    this.#armed = true;
    this.#scheduler.after(SAVE_DELAY_MS, SAVE_TIMER);
  }

  /** Saves at once what a change still waits to have saved: before other content takes the place of this one. */
  async settle(): Promise<void> {
    if (this.#armed || this.#state.state !== 'kept') await this.save();
  }

  /** Whether everything up to this log number lies in the store. */
  hasStored(historyId: string, logNumber: number): boolean {
    const line = this.#line;
    return line !== null && line.historyId === historyId && line.logNumber >= logNumber;
  }

  /** Log number up to which this database lies in the store; null when it does not, or nothing is saved here. */
  storedThrough(lineId: string): number | null {
    return this.#owned && this.#line?.id === lineId ? this.#line.logNumber : null;
  }

  /** Saves what is not saved yet. Never throws: the state tells. */
  async save(): Promise<void> {
    if (!this.#owned) return;
    this.#disarm();
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
    this.#disarm();
    while (this.#saving) await this.#saving;
    this.#head = NOTHING;
    this.#pointsLeftOut = false;
    if (!this.#owned) return;
    try {
      const keys = await this.#options.store.keys();
      const ours = keys.filter((key) => key.startsWith('data/') && key !== OWNER_KEY);
      await this.#options.store.setMany([], ours, this.#guard);
      this.#tell({ state: 'kept', message: '', savedAtMs: null, bytes: null });
    } catch (error) {
      this.#failed(error);
    }
  }

  get #line(): Line | null {
    return this.#head.lines[0] ?? null;
  }

  async #saveNow(): Promise<void> {
    const { content, source } = this.#options.current();
    const snapshot = { ...content.snapshot, records: [...content.snapshot.records] };
    try {
      if (!this.#known) await this.#read();
      if (this.#line?.id !== content.lineId || snapshot.logNumber > this.#line.logNumber) {
        await this.#saveBase({ ...content, snapshot }, source);
      }
      await this.#saveRecords({ ...content, snapshot });
      // A second copy, for when the first is damaged: what it says is in the records already.
      const newest = Math.max(this.#line?.bases[0]?.logNumber ?? 0, this.#baseLeftOut);
      if (snapshot.logNumber > newest) await this.#saveSecondBase({ ...content, snapshot });
      if (!this.#swept) await this.#sweep();
      this.#retryMs = RETRY_MS.first;
      void this.#measure();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** The base of a database that the store does not have, or not so far; what was open before stays beside it. */
  async #saveBase({ snapshot, lineId, points }: Content, source: DataSource): Promise<void> {
    const { store } = this.#options;
    const former = this.#line;
    const same = former?.id === lineId ? former : null;
    const recordBytes = same?.recordBytes ?? 0;
    const checksums = await this.#makingRoom(() => writeBase(store, lineId, snapshot, this.#guard));
    const base: Base = { logNumber: snapshot.logNumber, byteLength: snapshot.base.byteLength, recordBytes, checksums };
    const line: Line = {
      id: lineId,
      source,
      pageSize: snapshot.pageSize,
      historyId: snapshot.historyId,
      logNumber: snapshot.logNumber,
      recordBytes,
      // Records that went into this base without having been saved are missing after an older one.
      bases: [base],
      points: [],
      nextPointId: points.nextId,
    };
    const others = same ? [] : this.#head.lines.slice(0, 1).map(withNewestBase);
    this.#pointsSaved = -1;
    this.#baseLeftOut = -1;
    await this.#commit([], { ...this.#head, lines: [line, ...others] });
    await this.#sweep();
  }

  /** Records and points that the store does not have yet: one transaction. */
  async #saveRecords({ snapshot, points }: Content): Promise<void> {
    const line = this.#line;
    if (!line) return;
    const revision = points.revision;
    const records = snapshot.records.filter(({ logNumber }) => logNumber > line.logNumber);
    const same = line.historyId === snapshot.historyId && revision === this.#pointsSaved;
    if (records.length === 0 && same) return;
    const entries = records.map((record): [string, unknown] => [
      recordKey(line.id, record.logNumber),
      packRecord(record),
    ]);
    const recordBytes = records.reduce((sum, { pages }) => sum + pages.byteLength, line.recordBytes);
    const logNumber = snapshot.logNumber + snapshot.records.length;
    const next = { ...line, historyId: snapshot.historyId, logNumber, recordBytes, nextPointId: points.nextId };
    const commit = (): Promise<void> => {
      const lines = this.#head.lines.slice(1);
      const bases = this.#line?.bases ?? line.bases;
      if (this.#pointsLeftOut) {
        return this.#commit(entries, { ...this.#head, lines: [{ ...next, bases, points: [] }, ...lines] });
      }
      const saved = savePoints(line, points.points);
      const head = { ...this.#head, lines: [{ ...next, bases, points: saved.points }, ...lines] };
      return this.#commit([...saved.entries, ...entries], head, saved.obsolete);
    };
    await this.#makingRoom(commit);
    this.#pointsSaved = revision;
  }

  async #saveSecondBase({ snapshot, lineId }: Content): Promise<void> {
    const { store } = this.#options;
    const { logNumber, base } = snapshot;
    try {
      const checksums = await this.#makingRoom(() => writeBase(store, lineId, snapshot, this.#guard), 'copies');
      const line = this.#line;
      if (!line) return;
      const unfolded = snapshot.records.reduce((sum, { pages }) => sum + pages.byteLength, 0);
      const newest: Base = {
        logNumber,
        byteLength: base.byteLength,
        recordBytes: line.recordBytes - unfolded,
        checksums,
      };
      await this.#commit([], { ...this.#head, lines: [{ ...line, bases: [newest, ...line.bases.slice(0, 1)] }] });
    } catch (error) {
      // Without it nothing is lost; the next fold tries again.
      if (toWireError(error).code !== 'storage-full') throw error;
      this.#baseLeftOut = logNumber;
    }
    await this.#sweep();
  }

  /** Only what the owner may still do. */
  get #guard(): { key: string; value: string | undefined } {
    return { key: OWNER_KEY, value: this.#owner };
  }

  /** One transaction: entries, then both copies of the head. */
  async #commit(entries: [string, unknown][], head: Head, obsolete: string[] = []): Promise<void> {
    const next = { ...head, sequence: this.#head.sequence + 1, savedAtMs: this.#options.wallMs() };
    const packed = packHead(next);
    const heads = HEAD_KEYS.map((key): [string, unknown] => [key, packed]);
    await this.#options.store.setMany([[OWNER_KEY, this.#token], ...entries, ...heads], obsolete, this.#guard);
    this.#owner = this.#token;
    this.#head = next;
    const message = this.#pointsLeftOut
      ? 'There was no room for points in time: they are here until the page is closed.'
      : '';
    this.#tell({ state: 'kept', message, savedAtMs: next.savedAtMs, bytes: keptBytes(next) });
  }

  /** When there is no room: first the older copy goes, then the points; what the person has written goes last of all. */
  async #makingRoom<Result>(work: () => Promise<Result>, of: 'copies' | 'all' = 'all'): Promise<Result> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (toWireError(error).code !== 'storage-full') throw error;
        const { lines } = this.#head;
        if (lines.flatMap(({ bases }) => bases).length > 1) {
          await this.#replaceHead(lines.slice(0, 1).map(withNewestBase));
        } else if (of === 'all' && !this.#pointsLeftOut) {
          this.#pointsLeftOut = true;
          await this.#replaceHead(lines.map((line) => ({ ...line, points: [] })));
        } else throw error;
      }
    }
  }

  /** The head shrinks, and then the store. */
  async #replaceHead(lines: Line[]): Promise<void> {
    if (lines.length === 0) return;
    const head = { ...this.#head, lines };
    const keys = await this.#options.store.keys();
    await this.#commit(
      [],
      head,
      keys.filter((key) => isLeftOver(key, head)),
    );
  }

  /** Removes what no head speaks of: bases that were never finished, and what was kept before. */
  async #sweep(): Promise<void> {
    const keys = await this.#options.store.keys();
    const leftOver = keys.filter((key) => isLeftOver(key, this.#head));
    if (leftOver.length > 0) await this.#options.store.setMany([], leftOver, this.#guard);
    this.#swept = true;
  }

  async #measure(): Promise<void> {
    const estimate = await this.#options.estimate().catch(() => null);
    if (estimate) this.#tell(estimate);
  }

  #disarm(): void {
    this.#scheduler.cancel(SAVE_TIMER);
    this.#scheduler.cancel(RETRY_TIMER);
    this.#armed = false;
  }

  #failed(error: unknown): void {
    const { code, message } = toWireError(error);
    if (code === 'storage-taken') {
      this.letGo(message);
      this.#options.onTaken(message);
      return;
    }
    this.#tell({ state: code === 'storage-full' ? 'full' : 'denied', message });
    if (!this.#owned) return;
    this.#scheduler.after(this.#retryMs, RETRY_TIMER);
    this.#retryMs = Math.min(RETRY_MS.last, this.#retryMs * 2);
  }

  #tell(change: Partial<StorageState>): void {
    this.#state = { ...this.#state, ...change };
    this.#options.onState(this.#state);
  }
}

/** What stays of a line whose older copy has to go. */
function withNewestBase(line: Line): Line {
  return { ...line, bases: line.bases.slice(0, 1) };
}
