import { describe, expect, it } from 'vitest';
import { holdLock, type LockSource } from '../../../src/platform/tab-lock.ts';

/** Web Locks as the specification has them, for `ifAvailable` requests only. */
function createLocks(): LockSource {
  const held = new Set<string>();
  return {
    request: async (name, _options, callback) => {
      if (held.has(name)) return callback(null);
      held.add(name);
      try {
        return await callback({ name });
      } finally {
        held.delete(name);
      }
    },
  };
}

describe('holdLock', () => {
  it('lets one tab own it, until that tab gives it back', async () => {
    const locks = createLocks();
    const first = await holdLock('store', locks);
    expect(first).toMatchObject({ owned: true, message: '' });
    const second = await holdLock('store', locks);
    expect(second.owned).toBe(false);
    expect(second.message).toContain('Another tab');
    second.release();
    expect((await holdLock('store', locks)).owned).toBe(false);
    expect((await holdLock('other', locks)).owned).toBe(true);

    first.release();
    await Promise.resolve().then(() => Promise.resolve());
    expect((await holdLock('store', locks)).owned).toBe(true);
  });

  it('owns it with a warning where there are no locks, or where they are denied', async () => {
    const without = await holdLock('store', null);
    expect(without.owned).toBe(true);
    expect(without.message).toContain('no tab locks');
    without.release();

    const denied = await holdLock('store', { request: () => Promise.reject(new DOMException('no', 'SecurityError')) });
    expect(denied.owned).toBe(true);
    expect(denied.message).toContain('denies');
  });
});
