import { describe, expect, it } from 'vitest';
import { checksumOf } from '../../../../src/core/checksum.ts';
import { AppError } from '../../../../src/core/errors.ts';
import { createRandom } from '../../../../src/core/random.ts';
import type { PageRecord } from '../../../../src/database/protocol.ts';
import { DataPlane } from '../../../../src/engine/data/data-plane.ts';
import {
  HEAD_KEYS,
  keptBytes,
  OWNER_KEY,
  SOUND,
  unpackHead,
  type Head,
} from '../../../../src/engine/storage/kept-format.ts';
import type { DataSource, FileCondition } from '../../../../src/engine/protocol.ts';
import { Vault } from '../../../../src/engine/storage/vault.ts';
import { damages, FaultyStore, sizeOf } from '../faulty-store.ts';

const PAGE = 4096;
const FILE: DataSource = { type: 'file', name: 'mine.sqlite' };

/** A vault and a data plane over a store, as one tab has them. */
class Tab {
  static #ids = 0;
  readonly plane = new DataPlane({ newId: () => `id${++Tab.#ids}`, shared: true });
  readonly vault: Vault;
  source = FILE;
  condition: FileCondition = SOUND;
  taken: string | null = null;
  readonly timers = new Map<number, number>();
  #ring: (handle: number) => void = () => {};

  constructor(readonly store: FaultyStore) {
    this.vault = new Vault({
      store,
      wallMs: () => 1_700_000_000_000,
      newId: () => `token${++Tab.#ids}`,
      allocate: (byteLength) => this.plane.allocate(byteLength),
      createScheduler: (onTimer) => {
        this.#ring = onTimer;
        return {
          nowMs: () => 0,
          after: (delayMs, handle) => void this.timers.set(handle, delayMs),
          cancel: (handle) => void this.timers.delete(handle),
        };
      },
      current: () =>
        this.plane.isOpen ? { content: this.plane.content, source: this.source, condition: this.condition } : null,
      estimate: () => Promise.resolve(null),
      onState: () => {},
      onTaken: (message) => (this.taken = message),
    });
    this.vault.claimed(null);
  }

  /** Rings what is armed, once. */
  ring(): void {
    const armed = [...this.timers.keys()];
    this.timers.clear();
    for (const handle of armed) this.#ring(handle);
  }

  /** Opens what is kept; what was damaged, or null. */
  async restore(): Promise<{ message: string; lost: boolean } | null> {
    const { kept, damage } = await this.vault.load();
    if (kept) {
      this.plane.restore(kept.content);
      this.source = kept.source;
      this.condition = kept.condition;
    }
    return damage;
  }

  open(pages: number, seed: number): void {
    const base = new Uint8Array(pages * PAGE);
    const random = createRandom(seed);
    for (let at = 0; at < base.length; at += 97) base[at] = random.below(256);
    base.set(firstPage(pages, 1));
    this.plane.open(base, PAGE);
  }

  /** Writes a few pages; the database grows or shrinks a little. */
  write(random: ReturnType<typeof createRandom>): void {
    const { epoch, byteLength, version } = this.plane;
    const pageCount = Math.max(2, byteLength / PAGE + random.below(3) - 1);
    const numbers = [1, ...[2, 3, 4, 5, 6].filter((page) => page <= pageCount && random.below(3) === 0)];
    const pages = new Uint8Array(numbers.length * PAGE).map((_byte, at) => (at % 61 === 0 ? random.below(256) : 0));
    pages.set(firstPage(pageCount, version.logNumber + 2));
    const record: PageRecord = {
      logNumber: 0,
      epoch,
      pageSize: PAGE,
      pageCount,
      pageNumbers: Uint32Array.from(numbers),
      pages,
      tablesWritten: ['t'],
      schemaCookie: 1,
    };
    this.plane.append(record);
  }

  get content(): number {
    return checksumOf(this.plane.file());
  }

  /** What each point would bring back. */
  get pasts(): string {
    return this.plane.points.points
      .map(({ id, name }) => {
        const { pageCount, images } = this.plane.points.wayBack(id);
        const present = this.plane.file();
        const past = new Uint8Array(pageCount * PAGE);
        past.set(present.subarray(0, past.length));
        for (const [page, image] of images) past.set(image, (page - 1) * PAGE);
        return `${id} ${name} ${checksumOf(past.subarray(100))}`;
      })
      .join('\n');
  }
}

function firstPage(pageCount: number, counter: number): Uint8Array {
  const page = new Uint8Array(PAGE);
  page.set(new TextEncoder().encode('SQLite format 3\0'));
  const view = new DataView(page.buffer);
  view.setUint16(16, PAGE);
  page.set([1, 1], 18);
  view.setUint32(24, counter);
  view.setUint32(28, pageCount);
  view.setUint32(40, 1);
  view.setUint32(92, counter);
  return page;
}

interface State {
  content: number;
  pasts: string;
  logNumber: number;
}

/** A person's afternoon: writes, points, folds, another file. Calls back with each state, and after each save that succeeded. */
async function live(
  tab: Tab,
  seed: number,
  onState: (state: State) => void,
  onSaved: (state: State) => void,
): Promise<void> {
  const random = createRandom(seed);
  const note = (): State => {
    const state = { content: tab.content, pasts: tab.pasts, logNumber: tab.plane.version.logNumber };
    onState(state);
    return state;
  };
  const save = async (): Promise<void> => {
    const state = note();
    await tab.vault.save();
    const { historyId, logNumber } = tab.plane.version;
    if (tab.vault.state.state === 'kept' && tab.vault.hasStored(historyId, logNumber)) onSaved(state);
  };
  tab.open(5, seed);
  await save();
  for (let step = 0; step < 12; step++) {
    const choice = random.below(10);
    if (choice < 6) {
      if (random.below(2) === 0) tab.plane.mark(`before ${step}`, true, 0);
      tab.write(random);
      note();
      tab.plane.points.trim({ automaticMax: 3, automaticBytesMax: Infinity });
    } else if (choice < 8) for (const _ of tab.plane.fold());
    else if (choice < 9 && tab.plane.points.points.length > 0) tab.plane.points.drop(tab.plane.points.points[0].id);
    else tab.open(3 + random.below(4), seed + step);
    await save();
  }
}

/** A store after such an afternoon, all of it saved, with two bases of one file and points in time. */
async function fullStore(): Promise<{ store: FaultyStore; states: Map<number, number>; last: State }> {
  const store = new FaultyStore();
  const tab = new Tab(store);
  const random = createRandom(7);
  const states = new Map<number, number>();
  tab.open(5, 1);
  await tab.vault.save();
  for (let step = 0; step < 9; step++) {
    if (step % 2 === 0) tab.plane.mark(`point ${step}`, step % 4 === 0, 0);
    tab.write(random);
    states.set(tab.content, tab.plane.version.logNumber);
    await tab.vault.save();
    if (step === 3 || step === 6) for (const _ of tab.plane.fold());
  }
  return { store, states, last: { content: tab.content, pasts: tab.pasts, logNumber: tab.plane.version.logNumber } };
}

describe('what is kept', () => {
  it('comes back with its points, after any number of reloads', async () => {
    const { store, last } = await fullStore();
    for (let reload = 0; reload < 3; reload++) {
      const tab = new Tab(store);
      expect(await tab.restore()).toBeNull();
      expect([tab.content, tab.pasts]).toEqual([last.content, last.pasts]);
      const { operations } = store;
      await tab.vault.save();
      expect(store.operations).toBe(operations); // nothing has changed
    }
  });

  it('comes back with what was found when its file was opened', async () => {
    const store = new FaultyStore();
    const tab = new Tab(store);
    tab.open(3, 1);
    tab.condition = { walMode: true, warnings: ['Page 2 is damaged.'], damaged: true };
    await tab.vault.save();
    const again = new Tab(store);
    await again.restore();
    expect(again.condition).toEqual(tab.condition);
  });

  it('is as large as it is told to be', async () => {
    const { store } = await fullStore();
    const tab = new Tab(store);
    await tab.restore();
    // Numbers of pages are not counted, only pages.
    const numbers = [...store.held.values()] as { pageNumbers?: Uint32Array }[];
    const overhead = numbers.reduce((sum, value) => sum + (value.pageNumbers?.byteLength ?? 0), 0);
    expect(tab.vault.state.bytes).toBe(sizeOf(store.held) - overhead);
    expect(keptBytes(unpackHead(store.held.get(HEAD_KEYS[0])) as Head)).toBe(tab.vault.state.bytes);
  });

  it('tells what stands behind the newest copy: nothing, an earlier one, or the database before', async () => {
    const store = new FaultyStore();
    const tab = new Tab(store);
    expect(tab.vault.state.earlier).toBeNull();
    tab.open(3, 1);
    await tab.vault.save();
    expect(tab.vault.state.earlier).toBeNull();
    const former = tab.vault.state.bytes;
    tab.open(5, 2);
    await tab.vault.save();
    expect(tab.vault.state.earlier).toMatchObject({ of: 'before', bytes: former });
    const { store: full } = await fullStore();
    const again = new Tab(full);
    await again.restore();
    const head = unpackHead(full.held.get(HEAD_KEYS[0])) as Head;
    expect(again.vault.state.earlier).toMatchObject({ of: 'this', bytes: head.lines[0].bases[1].byteLength });
    await again.vault.forget();
    expect(again.vault.state.earlier).toBeNull();
  });

  it('leaves nothing behind that no head speaks of', async () => {
    const { store } = await fullStore();
    const keys = [...store.held.keys()];
    expect(keys.filter((key) => key.includes('/base/'))).toHaveLength(2);
    store.held.set('data/gone/base/0/0', new Uint8Array(9));
    store.held.set('page-state', 1);
    const tab = new Tab(store);
    await tab.restore();
    tab.write(createRandom(1));
    await tab.vault.save();
    expect(store.held.has('data/gone/base/0/0')).toBe(false);
    expect(store.held.has('page-state')).toBe(true);
  });

  it('in several pieces comes back whole', async () => {
    const store = new FaultyStore();
    const tab = new Tab(store);
    tab.open(5000, 3);
    await tab.vault.save();
    expect([...store.held.keys()].filter((key) => key.includes('/base/'))).toHaveLength(3);
    const again = new Tab(store);
    expect(await again.restore()).toBeNull();
    expect(again.content).toBe(tab.content);
  });

  it('moves to another history without writing the base again', async () => {
    const { store } = await fullStore();
    const tab = new Tab(store);
    await tab.restore();
    const bases = [...store.held.keys()].filter((key) => key.includes('/base/'));
    const [{ id }] = tab.plane.points.points;
    const record = tab.plane.recordOfWayBack(id)!;
    tab.plane.goBack(record);
    await tab.vault.save();
    expect([...store.held.keys()].filter((key) => key.includes('/base/'))).toEqual(bases);
    const again = new Tab(store);
    await again.restore();
    expect([again.plane.version, again.content]).toEqual([tab.plane.version, tab.content]);
  });
});

describe('a tab that dies', () => {
  it.each([1, 2, 3])(
    'in the middle of anything leaves the last saved state, or a later one (seed %i)',
    async (seed) => {
      const whole = new FaultyStore();
      await live(
        new Tab(whole),
        seed,
        () => {},
        () => {},
      );
      expect(whole.operations).toBeGreaterThan(50);
      for (let dies = 0; dies <= whole.operations; dies++) {
        const store = new FaultyStore();
        store.diesAfter = dies;
        const states: State[] = [];
        let saved = -1;
        const living = live(
          new Tab(store),
          seed,
          (state) => states.push(state),
          () => (saved = states.length - 1),
        );
        await Promise.race([living, idle()]);
        const heir = new Tab(new FaultyStore(store.held));
        const damage = await heir.restore();
        expect(damage, `after ${dies} operations`).toBeNull();
        if (saved < 0 && !heir.plane.isOpen) continue;
        const found = states.findIndex(
          ({ content, pasts }, at) => at >= saved && content === heir.content && pasts === heir.pasts,
        );
        expect(found, `after ${dies} operations`).toBeGreaterThanOrEqual(0);
      }
    },
  );
});

/** Long enough for everything that does not wait for ever. */
async function idle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('damage', () => {
  it('of any part in any way gives the whole state, or an older one and the number of changes that are lost', async () => {
    const { store, states, last } = await fullStore();
    let whole = 0;
    for (const [key, value] of store.held) {
      if (key === OWNER_KEY) continue;
      for (const damaged of damages(value)) {
        const copy = new FaultyStore(store.held);
        if (damaged === undefined) copy.held.delete(key);
        else copy.held.set(key, damaged);
        const tab = new Tab(copy);
        const damage = await tab.restore();
        const lost = last.logNumber - states.get(tab.content)!;
        if (lost === 0) {
          whole++;
          expect(damage?.lost ?? false, key).toBe(false);
          const pasts = new Set(last.pasts.split('\n'));
          for (const past of tab.pasts.split('\n')) if (past) expect(pasts, key).toContain(past);
          if (tab.pasts !== last.pasts) expect(damage?.message, key).toMatch(/points? in time/);
        } else {
          expect(lost, key).toBeGreaterThan(0);
          expect(damage, key).toMatchObject({ lost: true });
          expect(damage!.message, key).toContain(
            lost === 1 ? 'The last saved change' : `The last ${lost} saved changes`,
          );
        }
        // What goes on from here is saved, and found again.
        tab.write(createRandom(5));
        await tab.vault.save();
        const next = new Tab(new FaultyStore(copy.held));
        await next.restore();
        expect([next.content, next.pasts], key).toEqual([tab.content, tab.pasts]);
      }
    }
    expect(whole).toBeGreaterThan(20);
  });

  it('of the only base opens the database that was open before, and says so', async () => {
    const store = new FaultyStore();
    const tab = new Tab(store);
    tab.open(5, 1);
    tab.write(createRandom(1));
    await tab.vault.save();
    const before = tab.content;
    tab.source = { type: 'file', name: 'newer.sqlite' };
    tab.open(4, 2);
    await tab.vault.save();
    for (const [key, value] of store.held) {
      if (key.startsWith(`data/${tab.plane.content.lineId}/base`)) (value as Uint8Array)[5000] ^= 4;
    }
    const again = new Tab(store);
    const damage = await again.restore();
    expect(damage?.message).toMatch(/newer\.sqlite.*damaged.*mine\.sqlite.*opened instead/);
    expect([again.content, again.source]).toEqual([before, FILE]);
  });

  it('of everything is told, and what follows is kept', async () => {
    const { store } = await fullStore();
    for (const key of HEAD_KEYS) store.held.set(key, { text: 'x', checksum: 1 });
    const tab = new Tab(store);
    expect(await tab.restore()).toMatchObject({ lost: true });
    tab.open(3, 1);
    await tab.vault.save();
    expect(tab.vault.state.state).toBe('kept');
    const again = new Tab(store);
    expect(await again.restore()).toBeNull();
    expect(again.content).toBe(tab.content);
  });
});

describe('a store without room', () => {
  it('keeps as much as there is room for: the newest state before its older copy and its points', async () => {
    const { store: roomy } = await fullStore();
    const all = sizeOf(roomy.held);
    const seen = new Set<string>();
    for (let capacity = 0; capacity < all + 8 * PAGE; capacity += PAGE) {
      const store = new FaultyStore();
      store.capacityBytes = capacity;
      const tab = new Tab(store);
      const states: State[] = [];
      await live(
        tab,
        4,
        (state) => states.push(state),
        () => {},
      );
      seen.add(tab.vault.state.state);
      const heir = new Tab(new FaultyStore(store.held));
      expect(await heir.restore(), `in ${capacity} bytes`).toBeNull();
      if (tab.vault.state.state === 'kept') expect(heir.content, `in ${capacity} bytes`).toBe(tab.content);
      else if (heir.plane.isOpen) expect(states.map(({ content }) => content)).toContain(heir.content);
    }
    expect([...seen].sort()).toEqual(['full', 'kept']);
  });

  it('leaves points out no longer than it must: not of another database, nor after a fold', async () => {
    const tab = new Tab(new FaultyStore());
    const random = createRandom(3);
    const written = async (): Promise<void> => {
      tab.plane.mark('mine', false, 1);
      for (let count = 0; count < 6; count++) tab.write(random);
      await tab.vault.save();
    };
    const isLeftOut = (): boolean => tab.vault.state.message.includes('points in time');
    tab.open(8, 1);
    await tab.vault.save();
    tab.store.capacityBytes = sizeOf(tab.store.held) + 120_000;
    while (!isLeftOut()) await written();
    tab.store.capacityBytes = Infinity;
    for (const _step of tab.plane.fold());
    await tab.vault.save();
    expect(isLeftOut()).toBe(false);
    const after = new Tab(tab.store);
    await after.restore();
    expect(after.pasts).toBe(tab.pasts);

    tab.store.capacityBytes = sizeOf(tab.store.held) + 120_000;
    while (!isLeftOut()) await written();
    tab.store.capacityBytes = Infinity;
    tab.open(8, 2);
    await written();
    expect(isLeftOut()).toBe(false);
    const other = new Tab(tab.store);
    await other.restore();
    expect(other.pasts).toBe(tab.pasts);
  });

  it('tries again by itself, at longer and longer intervals, and says when it is saved', async () => {
    const store = new FaultyStore();
    const tab = new Tab(store);
    tab.open(3, 1);
    let refusals = 0;
    store.beforeWrite = () => {
      refusals++;
      throw new AppError('storage-denied', 'not now');
    };
    await tab.vault.save();
    const waits: number[] = [];
    while (refusals < 9) {
      waits.push(...tab.timers.values());
      tab.ring();
      await idle();
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    expect(tab.vault.state).toMatchObject({ state: 'denied', message: 'not now' });
    store.beforeWrite = () => {};
    tab.ring();
    await idle();
    expect(tab.vault.state).toMatchObject({ state: 'kept', message: '' });
    expect(tab.vault.hasStored(tab.plane.version.historyId, 0)).toBe(true);
  });

  it('or one that cannot be read at first is not written over', async () => {
    const { store, last } = await fullStore();
    const { getMany } = store;
    store.getMany = () => Promise.reject(new AppError('storage-denied', 'not now'));
    const tab = new Tab(store);
    expect(await tab.restore()).toBeNull();
    expect(tab.vault.state.state).toBe('denied');
    tab.open(3, 1);
    await tab.vault.save();
    store.getMany = getMany;
    await tab.vault.save();
    // The new one is kept, and the former stays beside it.
    const newest = [...store.held.keys()].find((key) => key.startsWith(`data/${tab.plane.content.lineId}/base`))!;
    store.held.delete(newest);
    const again = new Tab(store);
    await again.restore();
    expect(again.content).toBe(last.content);
  });
});

describe('a store that cannot be read when the page opens', () => {
  /** The load has failed, and the store answers again. */
  async function readLate(store: FaultyStore): Promise<Tab> {
    const { getMany } = store;
    store.getMany = () => Promise.reject(new AppError('storage-denied', 'not now'));
    const tab = new Tab(store);
    await tab.restore();
    store.getMany = getMany;
    return tab;
  }

  it('is asked again before anything is open, and nothing goes wrong', async () => {
    const tab = await readLate(new FaultyStore());
    expect(tab.vault.state.state).toBe('denied');
    tab.ring();
    await idle();
    expect(tab.vault.state).toMatchObject({ state: 'kept', message: '' });
    await tab.vault.save(); // still nothing is open
    tab.open(3, 1);
    tab.vault.noteChange();
    tab.ring();
    await idle();
    expect(tab.vault.hasStored(tab.plane.version.historyId, 0)).toBe(true);
  });

  it('keeps what it has, told once it can be read: a sample that nobody has changed takes its place never', async () => {
    const { store, last } = await fullStore();
    const before = new Map(store.held);
    const tab = await readLate(store);
    tab.open(3, 1);
    tab.ring();
    await idle();
    expect(tab.vault.state.message).toMatch(/can be read after all.*Reload/);
    await tab.vault.settle(); // as before another opening
    expect(store.held).toEqual(before);
    const again = new Tab(store);
    await again.restore();
    expect(again.content).toBe(last.content);
  });
});

describe('a store that the browser empties while the page is open', () => {
  it('is not taken for another tab: all is saved anew, and that is told', async () => {
    const { store } = await fullStore();
    const tab = new Tab(store);
    await tab.restore();
    store.held.clear();
    tab.write(createRandom(1));
    await tab.vault.save();
    expect(tab.taken).toBeNull();
    expect(tab.vault.owned).toBe(true);
    expect(tab.vault.state).toMatchObject({ state: 'denied', savedAtMs: null, bytes: null, earlier: null });
    expect(tab.vault.state.message).toMatch(/removed what it kept.*saved anew/);
    tab.ring();
    await idle();
    expect(tab.vault.state).toMatchObject({ state: 'kept', message: '' });
    const again = new Tab(store);
    await again.restore();
    expect(again.content).toBe(tab.content);
  });
});

describe('two tabs', () => {
  it('the one that the store was taken from saves no more, however late it wakes', async () => {
    const { store } = await fullStore();
    const first = new Tab(store);
    await first.restore();
    first.write(createRandom(1)); // not saved: the tab is frozen
    const second = new Tab(store);
    await second.vault.take();
    await second.restore();
    second.write(createRandom(2));
    await second.vault.save();
    await first.vault.save();
    expect(first.taken).toMatch(/Another tab/);
    expect(first.vault.owned).toBe(false);
    const third = new Tab(store);
    await third.restore();
    expect(third.content).toBe(second.content);
  });

  it('nor does one that had never saved', async () => {
    const store = new FaultyStore();
    const first = new Tab(store);
    await first.restore();
    first.open(3, 1);
    const second = new Tab(store);
    await second.vault.take();
    await second.restore();
    await first.vault.save();
    expect(first.taken).not.toBeNull();
    expect([...store.held.keys()]).toEqual([OWNER_KEY]);
  });
});
