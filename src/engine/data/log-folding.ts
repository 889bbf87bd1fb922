/** When the log is folded into a new base: not twice at once, and after a failure only when some more has been written. */
import { toWireError } from '../../core/errors.ts';
import type { DataPlane } from './data-plane.ts';
import type { Vault } from '../storage/vault.ts';

/** Records after which a fold that failed is tried again: there may be memory by then. */
const RETRY_RECORDS = 200;

export interface LogFoldingOptions {
  plane: DataPlane;
  vault: Vault;
  delay(delayMs: number): Promise<void>;
  /** The log stays as it is, and everything works; attaching takes longer. */
  onFailed(message: string): void;
}

export class LogFolding {
  readonly #options: LogFoldingOptions;
  #running = false;
  /** In the line whose fold failed: not before this log number. */
  #failed: { lineId: string; retryAt: number } | null = null;

  constructor(options: LogFoldingOptions) {
    this.#options = options;
  }

  /** After each commit. */
  consider(): void {
    const { plane } = this.#options;
    if (!plane.wantsFold || this.#running) return;
    const waits = this.#failed?.lineId === plane.content.lineId && plane.version.logNumber < this.#failed.retryAt;
    if (!waits) void this.#fold();
  }

  /** Between its steps everything else goes on. */
  async #fold(): Promise<void> {
    const { plane, vault, delay, onFailed } = this.#options;
    this.#running = true;
    try {
      // Only what lies in the store: then it has all records after its older base too, and two ways to the same state.
      await vault.save();
      const { snapshot, content } = plane;
      const stored = vault.storedThrough(content.lineId);
      const steps = plane.fold(stored !== null && stored > snapshot.logNumber ? stored : undefined);
      while (!steps.next().done) await delay(0);
      this.#failed = null;
      vault.noteChange();
    } catch (error) {
      this.#failed = { lineId: plane.content.lineId, retryAt: plane.version.logNumber + RETRY_RECORDS };
      onFailed(
        `The log of writes could not be folded into the database (${toWireError(error).message}). Nothing is lost; it is tried again after ${RETRY_RECORDS} more writes.`,
      );
    } finally {
      this.#running = false;
    }
  }
}
