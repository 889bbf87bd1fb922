/**
 * The engine as the page sees it: phase, database, settings, schema, snapshots, notices and events.
 * One instance lives in App's context; pages get it with `getEngine()`.
 */
import { createContext } from 'svelte';
import { createSubscriber } from 'svelte/reactivity';
import type {
  BootReport,
  DatabaseInfo,
  EngineClient,
  EngineSettings,
  EngineSnapshot,
  EventReport,
  Notice,
  RunningOptions,
  SampleRequest,
  SchemaReport,
  SettingsChange,
} from '../../engine/client.ts';

/** Snapshots a second that the page asks for while something shows them. */
const SNAPSHOTS_PER_S = 4;
/** Events kept for the lists; the engine keeps more. */
const EVENTS_KEPT = 200;
/** Names and counts are read again so long after a write, whoever made it; and where a count did not fit its time. */
const SCHEMA_AFTER_MS = 1000;

/** A notice with something to press. */
export interface PageNotice extends Notice {
  action?: { title: string; run: () => void };
}

export type EnginePhase = 'starting' | 'ready' | 'failed';

export class EngineState {
  readonly client: EngineClient;
  /** Settles when the engine is ready, or has failed to be. */
  readonly started: Promise<void>;
  #hasStarted: () => void = () => {};
  #phase = $state.raw<EnginePhase>('starting');
  #failure = $state.raw<string | null>(null);
  #database = $state.raw<DatabaseInfo | null>(null);
  #restored = $state.raw(false);
  #settings = $state.raw<EngineSettings | null>(null);
  #schema = $state.raw<SchemaReport | null>(null);
  #notices = $state.raw<PageNotice[]>([]);
  #events = $state.raw<EventReport[]>([]);
  #snapshot: EngineSnapshot | null = null;
  #perSecond = SNAPSHOTS_PER_S;
  #watching = false;
  #keeps = false;
  /** State of the data that the schema is known of or asked for. */
  #schemaAt = '';
  #schemaTimer: ReturnType<typeof setTimeout> | undefined;
  #countedAgain = false;
  /** Forgets what the page keeps outside the engine: marks, cached files, the service worker. */
  forgetSite: () => Promise<void> = () => Promise.resolve();
  readonly #subscribe: () => void;

  constructor(client: EngineClient) {
    this.client = client;
    this.started = new Promise((resolve) => {
      this.#hasStarted = resolve;
    });
    client.on('notice', (notice) => this.notify(notice));
    client.on('event', (event) => {
      this.#events = [event, ...this.#events].slice(0, EVENTS_KEPT);
    });
    this.#subscribe = createSubscriber((update) => {
      const stop = client.on('snapshot', (snapshot) => {
        this.#snapshot = snapshot;
        this.#watchKept(snapshot.database);
        this.#followWrites(snapshot.database);
        update();
      });
      this.#watching = true;
      this.#askForSnapshots();
      return () => {
        stop();
        this.#watching = false;
        this.#askForSnapshots();
      };
    });
  }

  get phase(): EnginePhase {
    return this.#phase;
  }
  /** Why the engine cannot work here, in plain words; null while it can. */
  get failure(): string | null {
    return this.#failure;
  }
  get database(): DatabaseInfo | null {
    return this.snapshot?.database ?? this.#database;
  }
  /** True when the person's own data or file was brought back at boot. */
  get restored(): boolean {
    return this.#restored;
  }
  get settings(): EngineSettings | null {
    return this.#settings;
  }
  get schema(): SchemaReport | null {
    return this.#schema;
  }
  get notices(): PageNotice[] {
    return this.#notices;
  }
  /** Newest first. */
  get events(): EventReport[] {
    return this.#events;
  }
  /** The latest snapshot; reading it in a template keeps it flowing. Null before the first. */
  get snapshot(): EngineSnapshot | null {
    this.#subscribe();
    return this.#snapshot;
  }

  async boot(request: { sample: SampleRequest | null; safe: boolean; wasmUrl: string; cores: number }): Promise<void> {
    try {
      const report = await this.client.call.boot(request);
      this.#takeBoot(report);
      this.#phase = 'ready';
      if (!report.restored && !request.safe) void this.#tellEviction(report).catch(() => undefined);
      this.#hasStarted();
      this.#askForSnapshots();
      // The first query need not wait for the schema browser.
      void this.refreshSchema().catch(() => undefined);
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
  }

  /** The engine cannot start, or is gone: the page stays readable and says why. */
  fail(message: string): void {
    if (this.#phase === 'failed') return;
    this.#phase = 'failed';
    this.#failure = message;
    this.#hasStarted();
    this.client.lost(message);
  }

  notify(notice: PageNotice): void {
    // Two parts of the engine may have noticed the same.
    const others = this.#notices.filter((one) => one.id !== notice.id && one.message !== notice.message);
    this.#notices = [...others, notice];
  }

  dismiss(id: string): void {
    this.#notices = this.#notices.filter((notice) => notice.id !== id);
  }

  /** `fresh` makes it anew even when the same sample is open. */
  openSample(sample: SampleRequest, fresh: boolean, options?: RunningOptions): { done: Promise<void>; cancel(): void } {
    const { done, cancel } = this.client.start('openSample', { sample, fresh }, options);
    return { done: done.then((database) => this.#takeDatabase(database)), cancel };
  }

  /** Hands over the bytes: they are empty afterwards. */
  openFile(
    name: string,
    bytes: Uint8Array<ArrayBuffer>,
    wal: Uint8Array | undefined,
    options: RunningOptions = {},
  ): { done: Promise<void>; cancel(): void } {
    const { done, cancel } = this.client.start(
      'openFile',
      { name, bytes, wal },
      { ...options, transfer: [bytes.buffer] },
    );
    return { done: done.then((database) => this.#takeDatabase(database)), cancel };
  }

  /** Applies a change, or refuses it with a message; the settings then stand as the engine says. */
  async changeSettings(change: SettingsChange): Promise<void> {
    this.#settings = await this.client.call.settings({ change });
  }

  async startAgain(sample: SampleRequest): Promise<void> {
    this.#takeBoot(await this.client.call.startAgain({ sample }));
    await this.refreshSchema();
  }

  /** The data is what an import or a return to an earlier state has made of it. */
  adopt(database: DatabaseInfo): Promise<void> {
    return this.#takeDatabase(database);
  }

  /** Back to how the data was. */
  async restorePoint(id: number): Promise<DatabaseInfo> {
    const database = await this.client.call.restorePoint({ id });
    await this.#takeDatabase(database);
    return database;
  }

  /** In a tab that only reads: goes on here with what is kept; the other tab only reads from then on. */
  async takeOver(): Promise<void> {
    const report = await this.client.call.takeOver({});
    // What was said about the other tab and its storage is no longer so.
    this.#notices = this.#notices.filter(({ id }) => id !== 'tabs' && !id.startsWith('storage-'));
    this.#takeBoot(report);
    await this.refreshSchema();
  }

  async refreshSchema(): Promise<void> {
    this.#schema = await this.client.call.schema({});
    if (this.#schema.tables.every(({ type, rowCount }) => type !== 'table' || rowCount !== null)) return;
    // A busy or cold start may leave no time for counting: once more.
    if (!this.#countedAgain) this.#refreshSchemaSoon();
    this.#countedAgain = true;
  }

  #followWrites({ version: { historyId, logNumber } }: DatabaseInfo): void {
    const at = `${historyId} ${logNumber}`;
    if (at === this.#schemaAt) return;
    if (this.#schemaAt !== '') this.#refreshSchemaSoon();
    this.#schemaAt = at;
    this.#countedAgain = false;
  }

  #refreshSchemaSoon(): void {
    if (this.#schemaTimer !== undefined) return;
    this.#schemaTimer = setTimeout(() => {
      this.#schemaTimer = undefined;
      void this.refreshSchema().catch(() => undefined);
    }, SCHEMA_AFTER_MS);
  }

  /** Pages that draw movement may ask for up to 10 a second; back to the usual with null. */
  setSnapshotRate(perSecond: number | null): void {
    this.#perSecond = perSecond ?? SNAPSHOTS_PER_S;
    this.#askForSnapshots();
  }

  #askForSnapshots(): void {
    if (this.#phase !== 'ready') return;
    // A refusal here only means that the engine went away, which its own path reports.
    void this.client.call.watch({ perSecond: this.#watching ? this.#perSecond : 0 }).catch(() => undefined);
  }

  /** Once there is something to keep. */
  #watchKept({ changed, storage }: DatabaseInfo): void {
    if (this.#keeps || (!changed && storage.savedAtMs === null)) return;
    this.#keeps = true;
    void import('./kept-here.ts').then(({ watchKept }) => watchKept(this.client));
  }

  async #tellEviction(report: BootReport): Promise<void> {
    if (localStorage.getItem('headroom-kept') === null) return;
    const { evictionAt } = await import('./kept-here.ts');
    const notice = evictionAt(report);
    if (notice) this.notify(notice);
  }

  #takeBoot(report: BootReport): void {
    this.#database = report.database;
    this.#restored = report.restored;
    this.#settings = report.settings;
    for (const notice of report.notices) this.notify(notice);
  }

  async #takeDatabase(database: DatabaseInfo): Promise<void> {
    this.#database = database;
    this.#restored = false;
    await this.refreshSchema();
  }
}

export const [getEngine, setEngine] = createContext<EngineState>();
