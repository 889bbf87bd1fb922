/** Who asked for a run: how they stop it, and how they hear how far it is. A call of the page is one. */
import type { CancelSignal } from '../../core/rpc.ts';
import type { RunProgress } from '../data-protocol.ts';

export interface Asker {
  readonly signal: CancelSignal | null;
  progress(report: RunProgress): void;
}

/** A program, or the load generator: it neither stops what it asked for nor watches it. */
export const NOBODY: Asker = { signal: null, progress: () => {} };
