/**
 * Brings the store up to the data as it stands: a base when there is a new one, the former staying until the next; records and
 * points in one transaction. Where there is no room, what can be spared goes first. The store itself refuses a tab that another
 * has taken it from.
 */
import { AppError, toWireError } from '../../core/errors.ts';
import type { Expected, KeyValueStore } from '../../core/store.ts';
import type { Content } from '../data/data-plane.ts';
import {
  HEAD_KEYS,
  isLeftOver,
  OWNER_KEY,
  packHead,
  packRecord,
  recordKey,
  type Base,
  type Head,
  type Line,
} from './kept-format.ts';
import { savePoints } from './kept-points.ts';
import { readKept, type Found, type Kept } from './kept-reader.ts';
import { writeBase } from './kept-writer.ts';

const NOTHING: Head = { sequence: 0, savedAtMs: 0, lines: [] };

export interface SaverOptions {
  store: KeyValueStore;
  wallMs(): number;
  newId(): string;
  allocate(byteLength: number): Uint8Array;
  /** After each transaction that changed the head. */
  onCommit(head: Head): void;
}

export class KeptSaver {
  readonly #options: SaverOptions;
  /** Told to the store with each save, and expected by the next. */
  readonly #token: string;
  #owner: string | undefined;
  /** What lies in the store. */
  #head = NOTHING;
  /** Whether `#head` is what lies in the store: what could not be read must not be written over. */
  #known = false;
  /** Lies there in format 1: it is saved anew before anything else is, and its old parts go with what no head speaks of. */
  #former: Kept | null = null;
  #pointsSaved = -1;
  #pointsLeftOut = false;
  /** There may be room for them by now. */
  #roomMade = false;
  /** Log number of a second base that there was no room for. */
  #baseLeftOut = -1;
  #swept = false;
  /** This tab let the store go: a save that is under way writes no more. */
  #stopped = false;

  constructor(options: SaverOptions) {
    this.#options = options;
    this.#token = options.newId();
  }

  /** The database that was saved last; null when none was. */
  get line(): Line | null {
    return this.#head.lines[0] ?? null;
  }

  get known(): boolean {
    return this.#known;
  }

  /** There was no room for points in time. */
  get pointsLeftOut(): boolean {
    return this.#pointsLeftOut;
  }

  /** What lies there is of a former format. */
  get holdsFormer(): boolean {
    return this.#former !== null;
  }

  /** The store is this tab's from now on, whoever had it: a late save of the former owner is refused by the store. */
  async take(): Promise<void> {
    await this.#options.store.setMany([[OWNER_KEY, this.#token]]);
    this.#owner = this.#token;
    this.#swept = false;
    this.#known = false;
    this.#stopped = false;
  }

  /** Nothing is written any more, not even by a save that is under way, until this tab takes the store again. */
  stop(): void {
    this.#stopped = true;
  }

  /** Removes what this tab has put into a store that nobody has written to since. */
  async remove(): Promise<void> {
    const ours = (await this.#options.store.keys()).filter((key) => key.startsWith('data/'));
    await this.#options.store.setMany([], ours, { key: OWNER_KEY, value: this.#owner });
  }

  async read(): Promise<Found> {
    const found = await readKept(this.#options);
    const { head, owner, kept } = found;
    this.#owner = owner;
    this.#head = head ?? NOTHING;
    this.#known = true;
    this.#former = head === null ? kept : null;
    this.#pointsSaved = kept && kept.content.lineId === this.line?.id ? kept.content.points.revision : -1;
    return found;
  }

  /** Saves what is not saved yet; after `read`. Rejects with the store's errors. */
  async save(current: Kept | null): Promise<void> {
    if (this.#former) {
      await this.#saveOne(this.#former);
      this.#former = null;
    }
    if (current) await this.#saveOne(current);
    if (current && !this.#swept) await this.#sweep();
  }

  /** Removes all that is kept of databases. */
  async forget(): Promise<void> {
    this.forgotten();
    const keys = await this.#options.store.keys();
    const ours = keys.filter((key) => key.startsWith('data/') && key !== OWNER_KEY);
    await this.#options.store.setMany([], ours, this.guard);
  }

  /** What was there does not count any more. */
  forgotten(): void {
    this.#head = NOTHING;
    this.#former = null;
    this.#pointsLeftOut = false;
  }

  /** The browser has removed all of it, by itself or for the person: everything is to be saved anew. */
  emptied(): void {
    this.forgotten();
    this.#owner = undefined;
  }

  async #saveOne({ content, source, condition }: Kept): Promise<void> {
    const snapshot = { ...content.snapshot, records: [...content.snapshot.records] };
    const now: Kept = { content: { ...content, snapshot }, source, condition };
    if (this.line?.id !== content.lineId || snapshot.logNumber > this.line.logNumber) await this.#saveBase(now);
    await this.#saveRecords(now.content);
    // A second copy, for when the first is damaged: what it says is in the records already.
    const newest = Math.max(this.line?.bases[0]?.logNumber ?? 0, this.#baseLeftOut);
    if (snapshot.logNumber > newest) await this.#saveSecondBase(now.content);
    if (this.#pointsLeftOut && this.#roomMade) await this.#savePointsAfterAll(now.content);
  }

  /** The base of a database that the store does not have, or not so far; what was open before stays beside it. */
  async #saveBase({ content: { snapshot, lineId, points }, source, condition }: Kept): Promise<void> {
    const { store } = this.#options;
    const former = this.line;
    const same = former?.id === lineId ? former : null;
    const recordBytes = same?.recordBytes ?? 0;
    const checksums = await this.#makingRoom(() => writeBase(store, lineId, snapshot, () => this.guard));
    const base: Base = { logNumber: snapshot.logNumber, byteLength: snapshot.base.byteLength, recordBytes, checksums };
    const line: Line = {
      id: lineId,
      source,
      condition,
      pageSize: snapshot.pageSize,
      historyId: snapshot.historyId,
      logNumber: snapshot.logNumber,
      recordBytes,
      // Records that went into this base without having been saved are missing after an older one.
      bases: [base],
      points: [],
      nextPointId: points.nextId,
    };
    // Another database: its points may fit where the former one's did not.
    if (!same) this.#pointsLeftOut = false;
    const others = same ? [] : this.#head.lines.slice(0, 1).map(withNewestBase);
    this.#pointsSaved = -1;
    this.#baseLeftOut = -1;
    await this.#commit([], { ...this.#head, lines: [line, ...others] });
    await this.#sweep();
  }

  /** Records and points that the store does not have yet: one transaction. */
  async #saveRecords({ snapshot, points }: Content): Promise<void> {
    const line = this.line;
    if (!line) return;
    const revision = points.revision;
    const records = snapshot.records.filter(({ logNumber }) => logNumber > line.logNumber);
    const same = line.historyId === snapshot.historyId && revision === this.#pointsSaved;
    if (records.length === 0 && same) return;
    const entries = records.map((record): [string, unknown] => [
      recordKey(line.id, record.logNumber),
      packRecord(record),
    ]);
    const recordBytes = records.reduce((sum, { pages }) => sum + pages.byteLength, line.recordBytes);
    const logNumber = snapshot.logNumber + snapshot.records.length;
    const next = { ...line, historyId: snapshot.historyId, logNumber, recordBytes, nextPointId: points.nextId };
    const commit = (): Promise<void> => {
      const lines = this.#head.lines.slice(1);
      const bases = this.line?.bases ?? line.bases;
      if (this.#pointsLeftOut) {
        return this.#commit(entries, { ...this.#head, lines: [{ ...next, bases, points: [] }, ...lines] });
      }
      const saved = savePoints(line, points.points);
      const head = { ...this.#head, lines: [{ ...next, bases, points: saved.points }, ...lines] };
      return this.#commit([...saved.entries, ...entries], head, saved.obsolete);
    };
    await this.#makingRoom(commit);
    this.#pointsSaved = revision;
  }

  /** Points that there was no room for, tried once without anything else having to go. */
  async #savePointsAfterAll({ points }: Content): Promise<void> {
    const line = this.line;
    if (!line) return;
    this.#roomMade = false;
    this.#pointsLeftOut = false;
    try {
      const saved = savePoints(line, points.points);
      const head = { ...this.#head, lines: [{ ...line, points: saved.points }, ...this.#head.lines.slice(1)] };
      await this.#commit(saved.entries, head, saved.obsolete);
    } catch (error) {
      this.#pointsLeftOut = true;
      if (toWireError(error).code !== 'storage-full') throw error;
    }
  }

  async #saveSecondBase({ snapshot, lineId }: Content): Promise<void> {
    const { store } = this.#options;
    const { logNumber, base } = snapshot;
    try {
      const checksums = await this.#makingRoom(() => writeBase(store, lineId, snapshot, () => this.guard), 'copies');
      const line = this.line;
      if (!line) return;
      const unfolded = snapshot.records.reduce((sum, { pages }) => sum + pages.byteLength, 0);
      const newest: Base = {
        logNumber,
        byteLength: base.byteLength,
        recordBytes: line.recordBytes - unfolded,
        checksums,
      };
      await this.#commit([], { ...this.#head, lines: [{ ...line, bases: [newest, ...line.bases.slice(0, 1)] }] });
    } catch (error) {
      // Without it nothing is lost; the next fold tries again.
      if (toWireError(error).code !== 'storage-full') throw error;
      this.#baseLeftOut = logNumber;
    }
    await this.#sweep();
  }

  /** Only what the owner may still do. */
  get guard(): Expected {
    if (this.#stopped) throw new AppError('storage-taken', 'This tab has let the store go.');
    return { key: OWNER_KEY, value: this.#owner };
  }

  /** One transaction: entries, then both copies of the head. */
  async #commit(entries: [string, unknown][], head: Head, obsolete: string[] = []): Promise<void> {
    const next = { ...head, sequence: this.#head.sequence + 1, savedAtMs: this.#options.wallMs() };
    const packed = packHead(next);
    const heads = HEAD_KEYS.map((key): [string, unknown] => [key, packed]);
    await this.#options.store.setMany([[OWNER_KEY, this.#token], ...entries, ...heads], obsolete, this.guard);
    this.#owner = this.#token;
    this.#head = next;
    this.#options.onCommit(next);
  }

  /** When there is no room: first the older copy goes, then the points; what the person has written goes last of all. */
  async #makingRoom<Result>(work: () => Promise<Result>, of: 'copies' | 'all' = 'all'): Promise<Result> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (toWireError(error).code !== 'storage-full') throw error;
        const { lines } = this.#head;
        if (lines.flatMap(({ bases }) => bases).length > 1) {
          await this.#replaceHead(lines.slice(0, 1).map(withNewestBase));
        } else if (of === 'all' && !this.#pointsLeftOut) {
          this.#pointsLeftOut = true;
          await this.#replaceHead(lines.map((line) => ({ ...line, points: [] })));
        } else throw error;
      }
    }
  }

  /** The head shrinks, and then the store. */
  async #replaceHead(lines: Line[]): Promise<void> {
    if (lines.length === 0) return;
    const head = { ...this.#head, lines };
    await this.#commit([], head, await this.#leftOver(head));
  }

  /** Removes what no head speaks of: bases that were never finished, and what was kept before. */
  async #sweep(): Promise<void> {
    const leftOver = await this.#leftOver(this.#head);
    if (leftOver.length > 0) await this.#options.store.setMany([], leftOver, this.guard);
    this.#roomMade = true;
    this.#swept = true;
  }

  async #leftOver(head: Head): Promise<string[]> {
    const keys = await this.#options.store.keys();
    return keys.filter((key) => isLeftOver(key, head));
  }
}

/** What stays of a line whose older copy has to go. */
function withNewestBase(line: Line): Line {
  return { ...line, bases: line.bases.slice(0, 1) };
}
