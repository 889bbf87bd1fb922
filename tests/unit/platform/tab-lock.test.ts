import { describe, expect, it } from 'vitest';
import { createTabs, type LockSource } from '../../../src/platform/tab-lock.ts';
import { createBrowser } from './browser-of-tabs.ts';

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

describe('tabs over one store', () => {
  it('have one owner', async () => {
    const { tab } = createBrowser();
    expect(await tab().claim()).toEqual({ owned: true, message: '' });
    const second = await tab().claim();
    expect(second.owned).toBe(false);
    expect(second.message).toContain('Another tab');
  });

  it('ask the owner, which saves and lets go before the other goes on', async () => {
    const { tab } = createBrowser();
    let saved = (): void => {};
    const first = tab({ onAsked: () => new Promise((resolve) => (saved = resolve)) });
    const second = tab();
    await first.claim();
    await second.claim();
    let done = false;
    const taking = second.takeOver().then((answered) => ((done = true), answered));
    await settled();
    expect(done).toBe(false);
    saved();
    expect(await taking).toBe(true);
    expect(first.events).toEqual([]);
    expect((await tab().claim()).owned).toBe(false);
    // And back again.
    expect(await first.takeOver()).toBe(true);
    expect(second.events).toEqual(['asked']);
  });

  it('take the store from an owner that does not answer, and it learns of it', async () => {
    const { tab, ringAll } = createBrowser();
    const first = tab({ onAsked: () => new Promise(() => {}) });
    const second = tab();
    await first.claim();
    await second.claim();
    const taking = second.takeOver();
    await settled();
    ringAll();
    expect(await taking).toBe(false);
    await settled();
    expect(first.events).toEqual(['taken']);
    expect(await second.takeOver()).toBe(true);
  });

  it('hear of a reset, all but the one that did it', async () => {
    const { tab } = createBrowser();
    const [first, second] = [tab(), tab()];
    first.tellReset();
    await settled();
    expect([first.events, second.events]).toEqual([[], ['reset']]);
  });

  it('all own it, and are told so, where there are no locks or they are denied', async () => {
    const options = { name: 'data', channel: null, newId: () => '1', after: () => {} };
    const without = await createTabs({ ...options, locks: null }).claim();
    expect(without.owned).toBe(true);
    expect(without.message).toContain('no tab locks');
    const refusing: LockSource = { request: () => Promise.reject(new DOMException('no', 'SecurityError')) };
    const denied = await createTabs({ ...options, locks: refusing }).claim();
    expect(denied.owned).toBe(true);
    expect(denied.message).toContain('denies');
  });
});
