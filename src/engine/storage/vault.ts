/**
 * Keeps the person's data in the browser: decides when to save (`kept-saver` knows how), within a second of a write, by this tab
 * only if it owns the store; tries again what failed, and tells how it stands.
 */
import { AppError, toWireError } from '../../core/errors.ts';
import type { Scheduler } from '../../core/ports.ts';
import type { Expected } from '../../core/store.ts';
import { earlierCopy, keptBytes, type Head } from './kept-format.ts';
import type { Found, Kept } from './kept-reader.ts';
import { KeptSaver, type SaverOptions } from './kept-saver.ts';
import type { StorageState } from '../protocol.ts';

/** A write is saved after this pause, so that a burst of writes is one transaction. */
const SAVE_DELAY_MS = 250;
/** A save that failed is tried again after so long, then after twice as long, up to the last. */
const RETRY_MS = { first: 1000, last: 60_000 } as const;
const SAVE_TIMER = 1;
const RETRY_TIMER = 2;

const NO_ROOM_FOR_POINTS = 'There was no room for points in time: they are here until the page is closed.';
const READ_AFTER_ALL =
  'This browser’s storage can be read after all: what it keeps is still there. Reload the page to open it; a change made here is saved in its place.';

export interface VaultOptions extends Omit<SaverOptions, 'onCommit'> {
  createScheduler(onTimer: (handle: number) => void): Scheduler;
  /** The data as it stands now, and where it came from; null before any is open. */
  current(): Kept | null;
  /** What the site uses and may use; null where the browser does not tell. */
  estimate(): Promise<{ usageBytes: number; quotaBytes: number } | null>;
  onState(state: StorageState): void;
  /** Another tab has taken the store: nothing is saved here any more. */
  onTaken(message: string): void;
}

export class Vault {
  readonly #options: VaultOptions;
  readonly #scheduler: Scheduler;
  readonly #saver: KeptSaver;
  #state: StorageState = {
    state: 'kept',
    message: '',
    savedAtMs: null,
    bytes: null,
    earlier: null,
    usageBytes: null,
    quotaBytes: null,
    persisted: null,
  };
  #owned = false;
  #armed = false;
  /** There is something to save. A sample that nobody has changed must not take the place of what is kept. */
  #wanted = false;
  #retryMs: number = RETRY_MS.first;
  #saving: Promise<void> | null = null;

  constructor(options: VaultOptions) {
    this.#options = options;
    this.#saver = new KeptSaver({
      ...options,
      onCommit: (head) => {
        const message = this.#saver.pointsLeftOut ? NO_ROOM_FOR_POINTS : '';
        this.#tell({ state: 'kept', message, ...heldBy(head) });
      },
    });
    this.#scheduler = options.createScheduler((timer) => {
      if (timer === SAVE_TIMER) this.#armed = false;
      void this.#saveWanted();
    });
  }

  get state(): StorageState {
    return this.#state;
  }

  /** Whether this tab saves. */
  get owned(): boolean {
    return this.#owned;
  }

  /** What the store must hold for a save to be this tab's. */
  get guard(): Expected {
    return this.#saver.guard;
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

  /** The store is this tab's from now on, whoever had it. */
  async take(): Promise<void> {
    await this.#saver.take();
    this.#owned = true;
    this.#tell({ state: 'kept', message: '' });
  }

  /** Another tab has the store, or nobody: nothing is saved here any more. */
  letGo(message: string): void {
    this.#owned = false;
    this.#wanted = false;
    this.#saver.stop();
    this.#disarm();
    this.#tell({ state: 'other-tab', message });
  }

  /** What is kept, or null; `damage` says what of it could not be opened. Errors of the store become its state. */
  async load(): Promise<{ kept: Kept | null; damage: Found['damage'] }> {
    try {
      const { kept, damage } = await this.#read();
      void this.#measure();
      // Saved anew at once, but not before the first screen is there.
      if (this.#saver.holdsFormer) this.#arm();
      return { kept, damage };
    } catch (error) {
      this.#failed(error);
      return { kept: null, damage: null };
    }
  }

  async #read(): Promise<Found> {
    const found = await this.#saver.read();
    if (found.head) this.#tell(heldBy(found.head));
    return found;
  }

  /** The data or its points changed, or a file was opened: save soon. */
  noteChange(): void {
    if (!this.#owned) return;
    this.#wanted = true;
    this.#arm();
  }

  /** Saves at once what a change still waits to have saved: before other content takes the place of this one. */
  async settle(): Promise<void> {
    if (this.#wanted) await this.#saveWanted();
  }

  /** Whether everything up to this log number lies in the store. */
  hasStored(historyId: string, logNumber: number): boolean {
    const { line } = this.#saver;
    return line !== null && line.historyId === historyId && line.logNumber >= logNumber;
  }

  /** Log number up to which this database lies in the store; null when it does not, or nothing is saved here. */
  storedThrough(lineId: string): number | null {
    const { line } = this.#saver;
    return this.#owned && line?.id === lineId ? line.logNumber : null;
  }

  /** Saves what is open, changed or not. Never throws: the state tells. */
  async save(): Promise<void> {
    this.#wanted = this.#owned;
    await this.#saveWanted();
  }

  /** Drops the kept data, for "start again" and "reset everything". */
  async forget(): Promise<void> {
    this.#disarm();
    while (this.#saving) await this.#saving;
    this.#wanted = false;
    this.#saver.forgotten();
    if (!this.#owned) return;
    try {
      await this.#saver.forget();
      this.#tell({ state: 'kept', message: '', savedAtMs: null, bytes: null, earlier: null });
    } catch (error) {
      this.#failed(error);
    }
  }

  /** The save that is under way has ended. */
  async ended(): Promise<void> {
    while (this.#saving) await this.#saving;
  }

  /** Another tab has emptied the store: what a save here still put into it goes too, unless somebody has the store by now. */
  async removeLate(): Promise<void> {
    if (!this.#saving) return;
    await this.ended();
    await this.#saver.remove().catch(() => {});
  }

  async #saveWanted(): Promise<void> {
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

  async #saveNow(): Promise<void> {
    let current: Kept | null = null;
    try {
      if (!this.#saver.known) await this.#readAfterAll();
      if (this.#wanted) current = this.#options.current();
      // What changes from here on is wanted anew.
      if (current) this.#wanted = false;
      await this.#saver.save(current);
      this.#retryMs = RETRY_MS.first;
      void this.#measure();
    } catch (error) {
      if (current) this.#wanted = this.#owned;
      this.#failed(error);
    }
  }

  /** The store could not be read when the page opened, or not since this tab took it. */
  async #readAfterAll(): Promise<void> {
    const { head } = await this.#read();
    const kept = head?.lines[0] && head.lines[0].id !== this.#options.current()?.content.lineId;
    this.#tell({ state: 'kept', message: kept && !this.#wanted ? READ_AFTER_ALL : '' });
  }

  async #measure(): Promise<void> {
    const estimate = await this.#options.estimate().catch(() => null);
    if (estimate) this.#tell(estimate);
  }

  #arm(): void {
    if (!this.#owned || this.#armed) return;
    this.#armed = true;
    this.#scheduler.after(SAVE_DELAY_MS, SAVE_TIMER);
  }

  #disarm(): void {
    this.#scheduler.cancel(SAVE_TIMER);
    this.#scheduler.cancel(RETRY_TIMER);
    this.#armed = false;
  }

  #failed(error: unknown): void {
    const { code, message } = toWireError(error instanceof RangeError ? noMemory(error) : error);
    if (code === 'storage-taken') {
      if (!this.#owned) return; // let go of while it was saving, and told
      this.letGo(message);
      this.#options.onTaken(message);
      return;
    }
    this.#tell({ state: code === 'storage-full' ? 'full' : 'denied', message });
    if (!this.#owned) return;
    if (code === 'storage-emptied') {
      this.#saver.emptied();
      this.#tell({ savedAtMs: null, bytes: null, earlier: null });
    }
    // Not at once: were it another tab that resets everything, its word is on its way.
    this.#scheduler.after(this.#retryMs, RETRY_TIMER);
    this.#retryMs = Math.min(RETRY_MS.last, this.#retryMs * 2);
  }

  #tell(change: Partial<StorageState>): void {
    this.#state = { ...this.#state, ...change };
    this.#options.onState(this.#state);
  }
}

function noMemory({ message }: RangeError): AppError {
  return new AppError(
    'memory',
    `There is not enough memory for what this browser keeps (${message}): it stays as it is, and nothing is saved for now. Close other tabs and reload the page.`,
  );
}

function heldBy(head: Head): Pick<StorageState, 'savedAtMs' | 'bytes' | 'earlier'> {
  return { savedAtMs: head.savedAtMs, bytes: keptBytes(head), earlier: earlierCopy(head) };
}
