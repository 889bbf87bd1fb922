/** One tab at a time: a Web Lock that is held until it is given back or its tab is gone. */

export interface TabLock {
  /** False when another tab holds it. */
  owned: boolean;
  /** What to tell the person; empty when there is nothing to say. */
  message: string;
  /** Gives the lock back; harmless when it is not owned. */
  release(): void;
}

/** The part of `navigator.locks` that is used. */
export interface LockSource {
  request(
    name: string,
    options: { ifAvailable: true },
    callback: (lock: unknown) => Promise<void> | undefined,
  ): Promise<unknown>;
}

/** Takes the lock if it is free now, and never waits for it. Where the browser has no locks, every tab owns it, and is told so. */
export function holdLock(name: string, locks: LockSource | null = browserLocks()): Promise<TabLock> {
  const unguarded = (reason: string): TabLock => ({
    owned: true,
    message: `${reason}, so two tabs of this page may overwrite what the other saved. Keep one open.`,
    release: () => {},
  });
  if (!locks) return Promise.resolve(unguarded('This browser has no tab locks'));

  return new Promise((resolve) => {
    const asked = locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock === null) {
        resolve({
          owned: false,
          message: 'Another tab of this page is open and saves; changes made here are not saved.',
          release: () => {},
        });
        return undefined;
      }
      return new Promise<void>((release) => resolve({ owned: true, message: '', release }));
    });
    // An opaque origin (a sandboxed frame) has the API, and rejects its use.
    asked.catch(() => resolve(unguarded('This browser denies tab locks here')));
  });
}

function browserLocks(): LockSource | null {
  return typeof navigator === 'undefined' ? null : (navigator.locks ?? null);
}
