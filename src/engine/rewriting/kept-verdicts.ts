/**
 * Keeps verdicts and the records of rules over a reload: written behind, and never ahead of the data. They are good for one database only, and of
 * that for one schema: within a history the cookie stands for it, and for the statistics. What rests on rows is good for one version, and
 * is looked at again otherwise.
 */
import { checksumOf } from '../../core/checksum.ts';
import type { Snapshot, Version } from '../../database/protocol.ts';
import type { DataSource } from '../protocol.ts';
import type { OptimizerLink } from '../optimizer-link.ts';
import type { Timers } from '../timers.ts';
import type { RuleRecord } from './rule-records.ts';
import type { KnownVerdict } from './verdicts.ts';

export const VERDICTS_KEY = 'verdicts';
const SAVE_DELAY_MS = 2000;
const KEPT_MAX = 300;

export interface KeptVerdictsOptions {
  optimizer: OptimizerLink;
  timers: Timers;
  load(): Promise<unknown>;
  save(value: unknown): Promise<void>;
  /** Of the program: a rule or a guard may have been mended since another one, so its proofs are not believed. */
  build: string;
  /** Whether this tab saves at all. */
  isOwner(): boolean;
  /** Whether the data at its present version lies in the store. */
  isDataStored(): boolean;
  /** The data as it is, and where it came from; `untouched` since it was opened. */
  data(): { snapshot: Snapshot; version: Version; schemaCookie: number; source: DataSource; untouched: boolean };
}

interface Kept {
  build: string;
  dataId: string;
  schemaCookie: number;
  logNumber: number;
  verdicts: KnownVerdict[];
  records: RuleRecord[];
}

export class KeptVerdicts {
  readonly #options: KeptVerdictsOptions;
  readonly #timer: { arm(delayMs: number): void; cancel(): void };
  #armed = false;
  /** There was something to save while the data itself was not in the store yet. */
  #waitsForData = false;
  /** Of a sample the id takes a while, so it is kept by its base. */
  #sampleId: { base: Uint8Array; id: string } | null = null;

  constructor(options: KeptVerdictsOptions) {
    this.#options = options;
    this.#timer = options.timers.define(() => {
      this.#armed = false;
      void this.flush();
    });
  }

  noteChange(): void {
    if (this.#armed || !this.#options.isOwner()) return;
    this.#armed = true;
    this.#timer.arm(SAVE_DELAY_MS);
  }

  /** The data lies in the store now. */
  dataStored(): void {
    if (this.#waitsForData) this.noteChange();
  }

  /** Brings back what was kept of exactly this database. Whatever else is in the store gives nothing, never an error. */
  async restore(): Promise<void> {
    const kept = await this.#options.load();
    const { optimizer, data, build } = this.#options;
    if (!isKept(kept) || kept.build !== build || kept.dataId !== this.#dataId()) return;
    optimizer.records.restore(kept.records);
    const { version, schemaCookie } = data();
    if (kept.schemaCookie !== schemaCookie) return;
    const sameVersion = kept.logNumber === version.logNumber;
    // Of other rows than these: to be looked at again.
    const heldAt = sameVersion ? version.logNumber : -1;
    optimizer.verdicts.restore(kept.verdicts.map((one) => ({ ...one, heldAt })));
    if (!sameVersion) optimizer.verdicts.noteWrite(null, version.logNumber);
  }

  async flush(): Promise<void> {
    const { optimizer, isOwner, data, save } = this.#options;
    const dataId = this.#dataId();
    this.#waitsForData = dataId === null;
    if (!isOwner() || dataId === null) return;
    const { version, schemaCookie } = data();
    const kept: Kept = {
      build: this.#options.build,
      dataId,
      schemaCookie,
      logNumber: version.logNumber,
      verdicts: optimizer.verdicts.known(KEPT_MAX, version.logNumber),
      records: optimizer.records.all(),
    };
    await save(kept);
  }

  /**
   * What the data is, over reloads; null when a reload would not bring it back. Were the newest writes lost with the tab, others would
   * take their log numbers, so only what lies in the store counts. A sample that nobody has changed is made again, with the same bytes.
   */
  #dataId(): string | null {
    const { isDataStored, data } = this.#options;
    const { snapshot, version, source, untouched } = data();
    if (isDataStored()) return `history ${version.historyId}`;
    if (source.type !== 'sample' || !untouched) return null;
    if (this.#sampleId?.base !== snapshot.base) {
      const { name, size, seed } = source.sample;
      const { base } = snapshot;
      this.#sampleId = { base, id: `sample ${name} ${size} ${seed} ${base.byteLength} ${checksumOf(base)}` };
    }
    return this.#sampleId.id;
  }
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null) return false;
  const { verdicts, records } = value as Partial<Kept>;
  return Array.isArray(verdicts) && Array.isArray(records);
}
