/** A browser with tabs of one process: its locks and channels as the specifications have them, its timers by hand. */
import {
  createTabs,
  type Channel,
  type LockSource,
  type TabListeners,
  type Tabs,
} from '../../../src/platform/tab-lock.ts';

export function createBrowser() {
  let holder: { lost(): void } | null = null;
  const locks: LockSource = {
    request: async (_name, { ifAvailable, steal }, callback) => {
      if (holder && ifAvailable) return callback(null);
      if (holder && steal) holder.lost();
      return new Promise((resolve, reject) => {
        const me = { lost: () => reject(new DOMException('stolen', 'AbortError')) };
        holder = me;
        void callback({})?.then(() => {
          if (holder === me) holder = null;
          resolve(undefined);
        });
      });
    },
  };
  const listeners = new Map<Channel, (event: { data: unknown }) => void>();
  const createChannel = (): Channel => {
    const channel: Channel = {
      postMessage: (data) => {
        for (const [other, listener] of listeners) if (other !== channel) queueMicrotask(() => listener({ data }));
      },
      addEventListener: (_type, listener) => listeners.set(channel, listener),
    };
    return channel;
  };
  const timers: (() => void)[] = [];
  let ids = 0;
  const tab = (given: Partial<TabListeners> = {}): Tabs & { events: string[] } => {
    const events: string[] = [];
    const options = { name: 'data', locks, channel: createChannel(), newId: () => `${++ids}` };
    const tabs = createTabs({ ...options, after: (_delayMs, act) => timers.push(act) });
    tabs.listen({
      onAsked: () => Promise.resolve(void events.push('asked')),
      onTaken: () => events.push('taken'),
      onReset: () => events.push('reset'),
      ...given,
    });
    return { ...tabs, events };
  };
  return { tab, ringAll: () => timers.splice(0).forEach((act) => act()) };
}
