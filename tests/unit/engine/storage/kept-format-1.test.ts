import { describe, expect, it } from 'vitest';
import { checksumOf } from '../../../../src/core/checksum.ts';
import { AppError } from '../../../../src/core/errors.ts';
import { HEADER_BYTES } from '../../../../src/database/file/file-header.ts';
import { DataPlane } from '../../../../src/engine/data/data-plane.ts';
import { HEAD_KEYS, SOUND } from '../../../../src/engine/storage/kept-format.ts';
import type { Kept } from '../../../../src/engine/storage/kept-reader.ts';
import { Vault } from '../../../../src/engine/storage/vault.ts';
import { FaultyStore } from '../faulty-store.ts';

const PAGE = 512;
const SOURCE = { type: 'file', name: 'old.sqlite' } as const;

/** Pages of one letter each; the first has a header. */
function pagesOf(letters: string, pageCount = letters.length): Uint8Array {
  const bytes = new Uint8Array(letters.length * PAGE);
  [...letters].forEach((letter, index) => bytes.fill(letter.charCodeAt(0), index * PAGE, (index + 1) * PAGE));
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('SQLite format 3\0'));
  view.setUint16(16, PAGE);
  view.setUint32(28, pageCount);
  return bytes;
}

/** A record's first page is always page 1. */
function record(logNumber: number, pageNumbers: number[], letters: string, pageCount: number) {
  const pages = pagesOf(letters, pageCount);
  const whole = { epoch: 2, tablesWritten: ['t'], schemaCookie: 1, pageSize: PAGE, pageCount, logNumber };
  return { record: { ...whole, pageNumbers: Uint32Array.from(pageNumbers), pages }, checksum: checksumOf(pages) };
}

/** As the first version of the page left it: a base at log 3, two records on it. */
function formerStore(): FaultyStore {
  const bytes = pagesOf('abc');
  const head = { format: 1, historyId: 'h', baseLog: 3, logNumber: 5, source: SOURCE, savedAtMs: 7 };
  return new FaultyStore(
    new Map<string, unknown>([
      ['data/head', head],
      ['data/base/h/3', { bytes, pageSize: PAGE, checksum: checksumOf(bytes) }],
      ['data/record/h/4', record(4, [1, 2, 4], 'ABD', 4)],
      ['data/record/h/5', record(5, [1, 3], 'XC', 3)],
      ['settings', 'stay'],
    ]),
  );
}

class Tab {
  readonly plane = new DataPlane({ newId: () => crypto.randomUUID(), shared: false });
  source: Kept['source'] = SOURCE;
  armed: number[] = [];
  #ring: (timer: number) => void = () => {};
  readonly vault: Vault;

  constructor(store: FaultyStore, owned = true) {
    this.vault = new Vault({
      store,
      wallMs: () => 9,
      newId: () => crypto.randomUUID(),
      allocate: (byteLength) => new Uint8Array(byteLength),
      createScheduler: (onTimer) => {
        this.#ring = onTimer;
        return { nowMs: () => 0, after: (_delay, timer) => void this.armed.push(timer), cancel: () => {} };
      },
      current: () =>
        this.plane.isOpen ? { content: this.plane.content, source: this.source, condition: SOUND } : null,
      estimate: () => Promise.resolve(null),
      onState: () => {},
      onTaken: () => {},
    });
    this.vault.claimed(owned ? null : { state: 'other-tab', message: 'another tab' });
  }

  async restore(): Promise<string | null> {
    const { kept, damage } = await this.vault.load();
    if (kept) this.plane.restore(kept.content);
    return damage?.message ?? null;
  }

  /** Rings what is armed, and waits for what it does. */
  async ring(): Promise<void> {
    for (const timer of this.armed.splice(0)) this.#ring(timer);
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  get letters(): string {
    const file = this.plane.file();
    return Array.from({ length: file.length / PAGE }, (_, page) =>
      String.fromCharCode(file[page * PAGE + (page === 0 ? HEADER_BYTES : 0)]),
    ).join('');
  }
}

const formerKeys = (store: FaultyStore): string[] =>
  [...store.held.keys()].filter((key) => /^data\/(head$|base\/|record\/)/.test(key));

describe('data in the former format', () => {
  it('is opened, with its records, at its version', async () => {
    const tab = new Tab(formerStore());
    expect(await tab.restore()).toBeNull();
    expect(tab.letters).toBe('XBC');
    expect(tab.plane.version).toEqual({ historyId: 'h', logNumber: 5 });
  });

  it('is kept in the present format soon after, and nothing of the former one is left', async () => {
    const store = formerStore();
    const tab = new Tab(store);
    await tab.restore();
    expect(formerKeys(store)).toHaveLength(4);
    await tab.ring();
    expect(formerKeys(store)).toEqual([]);
    expect(store.held.has(HEAD_KEYS[0])).toBe(true);
    expect(store.held.get('settings')).toBe('stay');
    expect(tab.vault.hasStored('h', 5)).toBe(true);
    const again = new Tab(store);
    expect(await again.restore()).toBeNull();
    expect([again.letters, again.plane.version.logNumber]).toEqual(['XBC', 5]);
  });

  it('survives a tab that dies at any moment of that', async () => {
    const whole = formerStore();
    const tab = new Tab(whole);
    await tab.restore();
    await tab.ring();
    expect(whole.operations).toBeGreaterThan(6);
    for (let dies = 0; dies < whole.operations; dies++) {
      const store = formerStore();
      store.diesAfter = dies;
      const dying = new Tab(store);
      void dying.restore().then(() => dying.ring());
      for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
      const heir = new Tab(new FaultyStore(store.held));
      expect(await heir.restore()).toBeNull();
      expect(heir.letters, `after ${dies} operations`).toBe('XBC');
    }
  });

  it('is kept anew before what a link has opened in its place', async () => {
    const store = formerStore();
    const tab = new Tab(store);
    const { kept } = await tab.vault.load();
    tab.plane.open(pagesOf('sample'), PAGE);
    await tab.vault.save();
    expect(formerKeys(store)).toEqual([]);
    expect([...store.held.keys()].filter((key) => key.startsWith(`data/${kept!.content.lineId}/base`))).toHaveLength(1);
    const again = new Tab(store);
    await again.restore();
    expect(again.letters).toBe('sample');
  });

  it('stays where there is no room for both, and it is told', async () => {
    const store = formerStore();
    store.beforeWrite = () => {
      throw new AppError('storage-full', 'There is no room.');
    };
    const tab = new Tab(store);
    await tab.restore();
    tab.plane.open(pagesOf('sample'), PAGE);
    await tab.vault.save();
    expect(tab.vault.state.state).toBe('full');
    expect(formerKeys(store)).toHaveLength(4);
  });

  it('is read and not written by a tab that does not own it', async () => {
    const store = formerStore();
    const tab = new Tab(store, false);
    await tab.restore();
    await tab.ring();
    expect(tab.letters).toBe('XBC');
    expect([formerKeys(store).length, store.operations]).toEqual([4, 0]);
  });

  it('that is damaged is opened up to there, and what is lost is told', async () => {
    const store = formerStore();
    (store.held.get('data/record/h/5') as ReturnType<typeof record>).record.pages[9] ^= 1;
    const tab = new Tab(store);
    expect(await tab.restore()).toMatch(/^The last saved change to old\.sqlite could not be read/);
    expect(tab.letters).toBe('ABcD');
    expect(tab.plane.version.historyId).not.toBe('h');
    for (const [key, damaged] of [
      ['data/head', 'x'],
      ['data/head', { format: 1 }],
      ['data/base/h/3', undefined],
      ['data/base/h/3', { bytes: pagesOf('abc'), checksum: 1 }],
    ] as const) {
      const worse = formerStore();
      worse.held.set(key, damaged);
      expect(await new Tab(worse).restore()).toMatch(/earlier version of Headroom.*damaged/);
    }
    for (const damaged of [undefined, {}, { record: null }, { ...record(4, [1, 9], 'AB', 4) }]) {
      const worse = formerStore();
      worse.held.set('data/record/h/4', damaged);
      expect(await new Tab(worse).restore()).toMatch(/^The last 2 saved changes/);
    }
  });
});
