/**
 * Which tab of this page owns the store: the one that holds a Web Lock. It is asked over a channel to save and let go; one that
 * does not answer (frozen, or in the back/forward cache) loses the lock all the same, and learns of it when it wakes.
 */

/** An owner that does not answer within this time is not waited for. */
export const ANSWER_MS = 2000;

export interface TabListeners {
  /** Another tab asks for the store: resolves when everything is saved. */
  onAsked(): Promise<void>;
  /** The store was taken without asking. */
  onTaken(): void;
  onReset(): void;
}

export interface Tabs {
  claim(): Promise<{ owned: boolean; message: string }>;
  takeOver(): Promise<boolean>;
  listen(listeners: TabListeners): void;
  tellReset(): void;
}

/** The part of `navigator.locks` that is used. */
export interface LockSource {
  request(
    name: string,
    options: { ifAvailable?: boolean; steal?: boolean },
    callback: (lock: unknown) => Promise<void> | undefined,
  ): Promise<unknown>;
}

/** The part of `BroadcastChannel` that is used. */
export interface Channel {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}

export interface TabsOptions {
  name: string;
  /** Null where the browser has none: then every tab owns the store, and is told so. */
  locks: LockSource | null;
  channel: Channel | null;
  newId(): string;
  /** Calls back after so many milliseconds. */
  after(delayMs: number, act: () => void): void;
}

type Message = { type: 'ask' | 'gave'; id: string } | { type: 'reset' };

const OTHER_TAB = 'Another tab of this page is open and saves; changes made here are not saved.';

export function createTabs({ name, locks, channel, newId, after }: TabsOptions): Tabs {
  let listeners: TabListeners | null = null;
  /** Gives the lock back; null while this tab has none. */
  let release: (() => void) | null = null;
  const answers = new Map<string, () => void>();

  const post = (message: Message): void => channel?.postMessage(message);

  /** Settles when the lock is had, or cannot be; a lock that is had is held until it is given back or taken. */
  const hold = (options: { ifAvailable?: boolean; steal?: boolean }): Promise<'owned' | 'taken' | 'denied'> => {
    if (!locks) return Promise.resolve('denied');
    return new Promise((resolve) => {
      let mine: (() => void) | null = null;
      const asked = locks.request(name, options, (lock) => {
        if (lock === null) {
          resolve('taken');
          return undefined;
        }
        return new Promise<void>((done) => {
          mine = done;
          release = done;
          resolve('owned');
        });
      });
      asked.catch(() => {
        if (mine === null) {
          resolve('denied'); // an opaque origin (a sandboxed frame) has the API, and rejects its use
        } else if (release === mine) {
          release = null;
          listeners?.onTaken();
        }
      });
    });
  };

  const answer = async (id: string): Promise<void> => {
    if (release === null) return;
    const mine = release;
    await listeners?.onAsked().catch(() => undefined);
    if (release === mine) release = null;
    mine();
    post({ type: 'gave', id });
  };

  if (channel) {
    channel.addEventListener('message', ({ data }) => {
      const message = data as Message;
      if (message.type === 'ask') void answer(message.id);
      else if (message.type === 'gave') answers.get(message.id)?.();
      else if (message.type === 'reset') listeners?.onReset();
    });
  }

  return {
    claim: async () => {
      const got = await hold({ ifAvailable: true });
      if (got === 'owned') return { owned: true, message: '' };
      if (got === 'taken') return { owned: false, message: OTHER_TAB };
      const reason = locks ? 'This browser denies tab locks here' : 'This browser has no tab locks';
      const message = `${reason}, so only the tab that saved last goes on saving. Keep one open.`;
      return { owned: true, message };
    },
    takeOver: async () => {
      if (release !== null) return true;
      const id = newId();
      const gave = await new Promise<boolean>((resolve) => {
        answers.set(id, () => resolve(true));
        after(ANSWER_MS, () => resolve(false));
        post({ type: 'ask', id });
      });
      answers.delete(id);
      await hold({ steal: true });
      return gave;
    },
    listen: (given) => {
      listeners = given;
    },
    tellReset: () => post({ type: 'reset' }),
  };
}

/** For one engine without others beside it. */
export function onlyTab(): Tabs {
  return {
    claim: () => Promise.resolve({ owned: true, message: '' }),
    takeOver: () => Promise.resolve(true),
    listen: () => {},
    tellReset: () => {},
  };
}

export function browserTabs(name: string, newId: () => string): Tabs {
  return createTabs({
    name,
    locks: typeof navigator === 'undefined' ? null : (navigator.locks ?? null),
    channel: typeof BroadcastChannel === 'function' ? new BroadcastChannel(name) : null,
    newId,
    after: (delayMs, act) => setTimeout(act, delayMs),
  });
}
