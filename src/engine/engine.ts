/**
 * The engine, put together: data plane, pool, cache, optimizer, monitor and load. It runs in its own worker, or in Node;
 * the world around it is handed in. What the page may ask of it is in `api.ts`.
 */
import { AppError, toWireError } from '../core/errors.ts';
import type { Server } from '../core/rpc.ts';
import type { PageRecord } from '../database/protocol.ts';
import { Dispatcher } from '../pool/dispatcher.ts';
import type { WorkerIndex } from '../pool/fleet.ts';
import { ScalingLoop } from '../pool/scaling-loop.ts';
import { DRAINING, type WorkerState } from '../pool/worker-table.ts';
import { NOBODY, type Asker } from './query/asker.ts';
import { Classifications } from './query/classifications.ts';
import { Flights } from './query/flights.ts';
import { DatabaseFleet } from './data/database-fleet.ts';
import type { DatabaseWorker } from './data/database-worker.ts';
import { DataPlane } from './data/data-plane.ts';
import { SOUND } from './storage/kept-format.ts';
import { KeptVerdicts, VERDICTS_KEY } from './rewriting/kept-verdicts.ts';
import { LargeCells } from './data/large-cells.ts';
import { LoadGenerator } from './load.ts';
import { LogFolding } from './data/log-folding.ts';
import { Monitoring } from './monitoring.ts';
import { OptimizerLink } from './optimizer-link.ts';
import { Outcome } from './query/outcome.ts';
import { keepValue, storedValue } from './data/opening.ts';
import type { EnginePlatform } from './platform-port.ts';
import { commitWithPoint, POINT_LIMITS } from './data/points-in-time.ts';
import { PoolRunner } from './query/pool-runner.ts';
import type {
  DatabaseInfo,
  DataSource,
  EngineSettings,
  ExecuteRequest,
  FileCondition,
  Notice,
  QueryOutcome,
} from './protocol.ts';
import { displacedNote } from './data/primary-state.ts';
import { QueryCache } from './query/query-cache.ts';
import { QueryPath } from './query/query-path.ts';
import type { Ran, ScriptRan } from './query/ran.ts';
import { memoryBytes, poolReading } from './readings.ts';
import { SavedCache } from './storage/saved-cache.ts';
import { changeSettings, ejectionSettingsOf, engineDefaults, poolSettingsOf } from './settings.ts';
import { SimulatorLink } from './simulator-link.ts';
import { SnapshotEmitter } from './snapshots.ts';
import { StepsTaken } from './query/steps-taken.ts';
import { stoppable, Timers } from './timers.ts';
import { Turnstile } from './query/turnstile.ts';
import { UnitPath, type Origin } from './query/unit-path.ts';
import { Vault } from './storage/vault.ts';

export const WORKERS_MAX = 32;
export const DEFAULT_SOURCE: DataSource = { type: 'sample', sample: { name: 'shop', size: 'S', seed: 1 } };
const TICK_MS = 1000;
const PICKS_KEPT = 12;
/** Between two rounds of removing expired entries, each of which is bounded. */
const EXPIRY_PAUSE_MS = 50;
/** A worker is spared, and the optimizer begins, only when the first answer has been on the screen for a moment. */
const AFTER_FIRST_ANSWER_MS = 800;
/** After so many workers that died before they were ready, starting more is no use. */
const FAILED_STARTS_MAX = 4;
/** Then one is tried after a pause, twice as long each time. */
const RESTART_MS_MIN = 1000;
const RESTART_MS_MAX = 30_000;
/** For what the lab asks of the data by itself: schema, sizes, keys. */
const LOOK_MS_MAX = 20_000;

export class Engine {
  readonly platform: EnginePlatform;
  readonly timers: Timers;
  readonly plane: DataPlane;
  readonly fleet: DatabaseFleet;
  readonly dispatcher: Dispatcher;
  readonly scaling: ScalingLoop;
  readonly runner: PoolRunner;
  readonly cache: QueryCache;
  readonly savedCache: SavedCache;
  readonly optimizer: OptimizerLink;
  readonly keptVerdicts: KeptVerdicts;
  readonly simulator: SimulatorLink;
  readonly monitoring: Monitoring;
  readonly vault: Vault;
  readonly load: LoadGenerator;
  readonly units: UnitPath;
  readonly queries: QueryPath;
  readonly snapshots: SnapshotEmitter;
  readonly turnstile = new Turnstile();
  readonly largeCells = new LargeCells();
  readonly picks: { atMs: number; worker: string; reason: string }[] = [];
  readonly notices: Notice[] = [];
  settings: EngineSettings = engineDefaults;
  source: DataSource = DEFAULT_SOURCE;
  opened: FileCondition & Pick<DatabaseInfo, 'unusable'> = { ...SOUND, unusable: [] };
  /** Log number at which the present content was opened: anything later is the person's change. */
  openedAtLog = 0;
  /** Why nothing can be written here, while another tab owns the data; null when it can. */
  readOnly: string | null = null;
  /** Everything kept was removed: nothing is put into the store any more. */
  keepsNothing = false;
  /** Settled when the small values on their way to the store are there, or could not be put there. */
  keeping: Promise<unknown> = Promise.resolve();
  unsavedSinceMs: number | null = null;
  pragmas: string[] = [];
  wasmUrl = '';
  #module: Promise<WebAssembly.Module | null> | null = null;
  #server: Server | null = null;
  #answered = false;
  #begun = false;
  /** In a row, without any worker that came up. */
  #failedStarts = 0;
  /** For when `#expiry` is armed. */
  #expiryMs = Infinity;
  readonly #expiry: { arm(delayMs: number): void; cancel(): void };
  readonly #folding: LogFolding;
  readonly #stopTimers: () => void;

  constructor(platform: EnginePlatform) {
    this.platform = platform;
    const { nowMs, wallMs, random } = platform;
    const { createScheduler, stopAll } = stoppable(platform.createScheduler);
    this.#stopTimers = stopAll;
    this.timers = new Timers(createScheduler);
    this.#expiry = this.timers.define(() => {
      this.#expiryMs = Infinity;
      this.cache.store.expire(nowMs());
      this.#armExpiry();
    });
    this.monitoring = new Monitoring({ nowMs, wallMs, onEvent: (event) => this.#server?.emit('event', event) });
    this.snapshots = new SnapshotEmitter(this, (snapshot) => this.#server?.emit('snapshot', snapshot));
    this.plane = new DataPlane({ newId: platform.newId, shared: platform.isolated });
    this.fleet = new DatabaseFleet({
      nowMs,
      spawn: platform.spawnDatabase,
      isolated: platform.isolated,
      module: () => this.compiled(),
      wasmUrl: () => this.wasmUrl,
      attachment: () => ({ snapshot: this.plane.snapshot, epoch: this.plane.epoch, pragmas: this.pragmas }),
      nextEpoch: () => this.plane.nextEpoch(),
      once: (delayMs, action) => this.timers.once(delayMs, action),
      end: (worker, reason) => this.#endWorker(worker, reason),
      workersMax: WORKERS_MAX,
      isLeaving: (worker) => this.dispatcher.workers.state[worker] === DRAINING,
      onPrimary: (worker, failover) => this.#onPrimary(worker, failover),
      onMissed: ({ name }) =>
        this.monitoring.event('worker', 'watch', `${name} missed a write's pages and is being attached again.`),
      onDisplaced: (names) => {
        this.units.primaryState.displace(names);
        for (const name of names) this.monitoring.event('write', 'watch', displacedNote(name));
      },
      onAttached: (worker) => {
        if (worker === this.fleet.primary) this.runner.primaryReady();
      },
    });
    this.dispatcher = new Dispatcher({
      fleet: this.fleet,
      scheduler: createScheduler((handle) => this.dispatcher.onTimer(handle)),
      random: random.fork('picker'),
      workersMax: WORKERS_MAX,
      pool: poolSettingsOf(engineDefaults),
      balancer: ejectionSettingsOf(engineDefaults),
      onSettled: (...settled) => this.runner.settled(...settled),
      onWorkerChange: (worker, state, reason) => this.#onWorkerChange(worker, state, reason),
    });
    this.fleet.listen(this.dispatcher);
    this.runner = new PoolRunner(this.dispatcher, this.fleet, createScheduler);
    this.scaling = new ScalingLoop({
      dispatcher: this.dispatcher,
      scheduler: createScheduler((handle) => this.scaling.onTimer(handle)),
      settings: engineDefaults.scaler,
      memoryBytes: () => memoryBytes(this),
      mayDrain: (worker) => this.fleet.primary?.index !== worker,
      onDecision: ({ action, reason }) => {
        if (action !== 'hold') this.monitoring.event('scaler', action === 'replace' ? 'watch' : 'info', reason);
      },
    });
    this.cache = new QueryCache({
      settings: this.settings.cache,
      random: random.fork('ttl'),
      nowMs,
      onStored: () => {
        this.#armExpiry();
        this.savedCache.noteChange();
      },
    });
    const classifications = new Classifications();
    this.savedCache = new SavedCache({
      cache: this.cache,
      store: platform.store,
      timers: this.timers,
      nowMs,
      wallMs,
      isDataStored: () => this.isStored,
      guard: () => this.vault.guard,
      onRestored: (sql, meaning) => classifications.expect(sql, meaning),
      onEvent: (tone, message) => this.monitoring.event('cache', tone, message),
    });
    this.optimizer = new OptimizerLink({
      spawn: platform.spawnOptimizer,
      module: () => this.compiled(),
      wasmUrl: () => this.wasmUrl,
      snapshot: () => this.plane.snapshot,
      version: () => this.plane.version,
      settings: () => this.settings.optimizer,
      pragmas: () => this.pragmas,
      isolated: platform.isolated,
      nowMs,
      once: (delayMs, action) => this.timers.once(delayMs, action),
      onVerdict: (sql, verdict) => {
        this.keptVerdicts.noteChange();
        if (verdict.state === 'proved') {
          const rules = verdict.report.ruleIds.join(', ');
          this.monitoring.event('optimizer', 'good', `Proved ${rules} for: ${shortened(sql)}`);
        } else if (verdict.state === 'dropped')
          this.monitoring.event('optimizer', 'watch', `${verdict.reason}. ${shortened(sql)}`);
      },
    });
    this.keptVerdicts = new KeptVerdicts({
      optimizer: this.optimizer,
      timers: this.timers,
      load: () => storedValue(this, VERDICTS_KEY),
      save: (value) => keepValue(this, VERDICTS_KEY, value),
      build: platform.build,
      isOwner: () => this.vault.owned,
      isDataStored: () => this.isStored,
      data: () => {
        const { snapshot, version, schemaCookie } = this.plane;
        return { snapshot, version, schemaCookie, source: this.source, untouched: version.logNumber === 0 };
      },
    });
    this.simulator = new SimulatorLink(platform.spawnSimulator);
    let told = '';
    this.vault = new Vault({
      store: platform.store,
      wallMs,
      newId: platform.newId,
      allocate: (byteLength) => this.plane.allocate(byteLength),
      createScheduler,
      estimate: () => platform.estimate(),
      current: () => {
        if (!this.plane.isOpen) return null;
        const { walMode, warnings, damaged } = this.opened;
        return { content: this.plane.content, source: this.source, condition: { walMode, warnings, damaged } };
      },
      onTaken: (message) => this.lostStore(message),
      onState: (state) => {
        if (this.plane.isOpen && this.isStored) {
          this.unsavedSinceMs = null;
          this.savedCache.noteChange();
          this.keptVerdicts.dataStored();
        }
        if (state.message === told) return;
        told = state.message;
        // Of another tab the page tells by itself, where it says that nothing can be written.
        if (told && state.state !== 'other-tab') this.notice(`storage-${state.state}`, 'watch', told);
      },
    });
    this.#folding = new LogFolding({
      plane: this.plane,
      vault: this.vault,
      delay: (delayMs) => this.timers.delay(delayMs),
      onFailed: (message) => this.monitoring.event('storage', 'watch', message),
    });
    this.load = new LoadGenerator({
      nowMs,
      createScheduler,
      schema: () => this.schema(),
      tables: () => this.tables(),
      mayWrite: () => this.readOnly === null,
      execute: async (request) => {
        const { error } = await this.run(request, null, 'load');
        return { failed: error !== null, refused: error?.cause.code === 'queue-full' };
      },
      onEnd: ({ done, failed, refused }) => {
        this.monitoring.event('load', 'info', `Load ended: ${done} done, ${failed} failed, ${refused} refused`);
      },
    });
    const steps = new StepsTaken();
    const heard = {
      onRan: (ran: Ran) => this.#onRan(ran),
      onFailed: (_sql: string, error: AppError) => this.monitoring.failed(error.code),
    };
    this.units = new UnitPath({
      nowMs,
      once: (delayMs, action) => this.timers.once(delayMs, action),
      pool: this.runner,
      turnstile: this.turnstile,
      version: () => this.plane.version,
      epoch: () => this.plane.epoch,
      deadlineMs: () => this.settings.deadlineMs,
      steps,
      commit: (record, from, { request, origin }) => {
        if (origin === 'person') return commitWithPoint(this, record, from, request.sql);
        const untouched = this.plane.version.logNumber === this.openedAtLog;
        this.commit(record, from);
        // What the lab writes for itself is no change of the person's.
        if (untouched) this.openedAtLog = this.plane.version.logNumber;
        return { point: null, note: null };
      },
      end: (worker) => this.#endWorker(worker, 'it failed in the middle of a write'),
      readOnly: () => this.readOnly,
      pragmasSet: (pragmas, from) => {
        this.pragmas = lastOfEach([...this.pragmas, ...pragmas]);
        this.cache.setPragmas(this.pragmas);
        classifications.forget(); // a PRAGMA may change what a statement touches: foreign_keys brings cascades
        this.fleet.broadcastPragmas(pragmas, from);
      },
      ...heard,
    });
    this.queries = new QueryPath({
      nowMs,
      delay: (delayMs) => this.timers.delay(delayMs),
      pool: this.runner,
      cache: this.cache,
      optimizer: this.optimizer,
      flights: new Flights({ nowMs, once: (delayMs, action) => this.timers.once(delayMs, action) }),
      classifications: () => classifications.at(this.plane.schemaCookie, this.plane.version.historyId),
      units: this.units,
      steps,
      version: () => this.plane.version,
      settings: () => ({
        cacheEnabled: this.settings.cache.enabled,
        simulatedWaitMs: this.settings.simulatedWaitMs,
        deadlineMs: this.settings.deadlineMs,
      }),
      ...heard,
    });
  }

  // ---- queries ----

  /**
   * For programs: runs a text and gives the outcome of its last statement. Throws `AppError` when one fails.
   * The result may be the cache's own: read it, do not change it.
   */
  async executeOptimizedQuery(
    sql: string,
    parameters?: ExecuteRequest['parameters'],
    options: Omit<ExecuteRequest, 'sql' | 'parameters'> = {},
  ): Promise<QueryOutcome> {
    const { ran, error } = await this.run({ sql, parameters, ...options }, null);
    if (error) throw error.cause;
    const last = ran.at(-1);
    if (!last) throw new AppError('empty', 'There is no statement to run.');
    return this.outcome(last);
  }

  run(request: ExecuteRequest, asker: Asker | null, origin: Origin = 'person'): Promise<ScriptRan> {
    return this.queries.script(request, asker ?? NOBODY, origin);
  }

  outcome(ran: Ran): QueryOutcome {
    // Rows of a temporary table are rows too, and are stored nowhere: tables of the database count, not rows.
    const { kind, tablesWritten } = ran.classification;
    const wrote = !ran.rolledBack && (kind === 'maintenance' || tablesWritten.length > 0);
    return new Outcome(ran, this.largeCells.keep(ran.result), wrote ? (this.isStored ? 'stored' : 'memory') : null);
  }

  /**
   * Runs something on any worker, the primary included, as one job of the pool. It is bounded: a damaged file can lead SQLite
   * in circles within one instruction, where only the end of its worker helps.
   */
  async onAnyWorker<Reply>(label: string, call: (worker: DatabaseWorker) => Promise<Reply>): Promise<Reply> {
    try {
      const { reply } = await this.runner.run({
        label,
        retryable: true,
        onPrimary: false,
        deadlineMs: LOOK_MS_MAX,
        signal: null,
        send: async (worker) => ({ reply: await call(worker), busyMs: 0 }),
      });
      return reply;
    } catch (error) {
      if (toWireError(error).code !== 'deadline') throw error;
      throw new AppError(
        'deadline',
        `Stopped ${label}: it was not done after ${LOOK_MS_MAX / 1000} seconds. All workers are busy, or the file is damaged in a way that leads in circles.`,
      );
    }
  }

  schema() {
    const counts = !this.opened.damaged;
    return this.onAnyWorker('reading the schema', (worker) => worker.calls.call.schema({ counts }));
  }

  /** Without a count of their rows. */
  async tables() {
    const { tables } = await this.onAnyWorker('reading the schema', (worker) =>
      worker.calls.call.schema({ counts: false }),
    );
    return tables;
  }

  // ---- life ----

  /** Starts the pool and the clock; the data must be open. */
  begin(): void {
    this.#begun = true;
    this.scaling.configure(this.settings.scaler);
    this.scaling.begin();
    this.timers.every(TICK_MS, () => {
      this.fleet.pollHealth();
      this.monitoring.tick(poolReading(this));
    });
  }

  /** Settles when the primary is attached, or rejects with why it could not be. */
  async untilPrimary(): Promise<void> {
    await this.runner.untilPrimary();
  }

  /** Ends all workers and timers; the engine answers no more. */
  stop(): void {
    this.#stopTimers();
    this.fleet.endAll();
    this.optimizer.end('it is no longer needed');
    this.simulator.end();
  }

  /** Where events and snapshots go. */
  attach(server: Server): void {
    this.#server = server;
  }

  /** One compiled module for every worker. */
  compiled(): Promise<WebAssembly.Module | null> {
    this.#module ??= this.platform.compileModule(this.wasmUrl).catch(() => null);
    return this.#module;
  }

  notice(id: string, tone: Notice['tone'], message: string): void {
    const notice = { id, tone, message };
    const known = this.notices.findIndex((one) => one.id === id);
    if (known >= 0) this.notices[known] = notice;
    else this.notices.push(notice);
    this.#server?.emit('notice', notice);
  }

  /** Takes over settings, everywhere, at once. */
  apply(settings: EngineSettings): void {
    const now = this.platform.nowMs();
    const { optimizer } = this.settings;
    this.settings = settings;
    this.optimizer.settingsChanged(optimizer);
    this.cache.store.configure(settings.cache, now);
    this.dispatcher.configure(poolSettingsOf(settings), ejectionSettingsOf(settings));
    // Before the data is open there is nothing that a worker could attach to.
    if (this.#begun) this.scaling.configure(settings.scaler);
    this.#armExpiry();
  }

  change(change: Parameters<typeof changeSettings>[1]): EngineSettings {
    this.apply(changeSettings(this.settings, change));
    return this.settings;
  }

  /** Another tab keeps the data from now on. What is open stays open, to be read. */
  lostStore(message: string): void {
    if (this.vault.owned) this.vault.letGo(message);
    this.savedCache.letGo();
    this.readOnly = message;
  }

  /** Error `read-only` where another tab owns the data. */
  refuseReadOnly(): void {
    if (this.readOnly !== null) throw new AppError('read-only', this.readOnly);
  }

  /** Whether everything committed lies in this browser's store. */
  get isStored(): boolean {
    const { historyId, logNumber } = this.plane.version;
    return this.vault.hasStored(historyId, logNumber);
  }

  /** Other content was opened in the data plane: everybody learns of it. Resolves when the primary has it. */
  async contentChanged(): Promise<void> {
    this.load.abandon();
    this.unsavedSinceMs = null;
    this.openedAtLog = this.plane.version.logNumber;
    this.pragmas = [];
    this.units.primaryState.reset();
    this.cache.setPragmas([]);
    this.cache.store.reset(this.plane.version);
    this.optimizer.reattach();
    this.monitoring.statements.clear();
    await this.fleet.reattachAll();
  }

  /** Takes a record into the log, and tells everybody but the worker that made it: the moment of commit. */
  commit(record: PageRecord, from: DatabaseWorker | null): void {
    const schemaBefore = this.plane.schemaCookie;
    const numbered = this.plane.append(record);
    this.plane.points.trim(POINT_LIMITS);
    const schemaChanged = numbered.schemaCookie !== schemaBefore;
    // A schema that moved while its own table was not written has moved in a way that is not known.
    const { tablesWritten, rowsWritten, logNumber } = numbered;
    const isKnown = !schemaChanged || tablesWritten?.includes('sqlite_schema');
    this.cache.store.noteWrite(isKnown ? tablesWritten : null, logNumber, this.platform.nowMs(), rowsWritten);
    this.fleet.broadcast(numbered, from);
    this.optimizer.apply(numbered, schemaChanged);
    this.#changed();
  }

  /** Commits a record that brings the data back to an earlier state, under a new history: what was known of the former one is forgotten. */
  commitWayBack(record: Omit<PageRecord, 'epoch'>): void {
    const numbered = this.plane.goBack(record);
    const { historyId } = this.plane.version;
    this.plane.points.trim(POINT_LIMITS);
    this.cache.store.reset(this.plane.version);
    this.fleet.broadcast(numbered, null, historyId);
    this.fleet.renewPrimary(this.plane.epoch);
    this.optimizer.reattach();
    this.#changed();
  }

  // ---- what happens ----

  /** Through the pool; its slot may be another worker's by now. */
  #endWorker(worker: DatabaseWorker, reason: string): void {
    if (this.fleet.worker(worker.index) === worker) this.dispatcher.kill(worker.index, reason);
  }

  #changed(): void {
    this.unsavedSinceMs ??= this.platform.nowMs();
    this.vault.noteChange();
    this.savedCache.noteChange();
    this.#folding.consider();
  }

  #onRan(ran: Ran): void {
    this.monitoring.ran(ran);
    if (ran.cache.state === 'hit') this.savedCache.noteUse();
    if (ran.pool) {
      this.picks.push({ atMs: this.platform.nowMs(), worker: ran.pool.worker, reason: ran.pool.pickReason });
      if (this.picks.length > PICKS_KEPT) this.picks.shift();
    }
    if (this.#answered) return;
    this.#answered = true;
    void this.timers.delay(AFTER_FIRST_ANSWER_MS).then(() => {
      this.fleet.keepSpare();
      this.optimizer.begin();
      void this.load.sweep();
    });
  }

  #onPrimary(worker: DatabaseWorker | null, failover: boolean): void {
    if (!failover) return;
    const temporary = this.units.primaryState.lose();
    const gone = temporary.length > 0 ? ` Gone with the former one: ${temporary.join(', ')} (temporary).` : '';
    if (worker) {
      const message = `${worker.name} took over as the primary; no committed write was lost.${gone}`;
      this.monitoring.event('failover', 'watch', message);
      this.runner.primaryReady();
    } else
      this.monitoring.event(
        'failover',
        'bad',
        `The primary was lost and no replica is ready; a new one is starting.${gone}`,
      );
  }

  #onWorkerChange(index: WorkerIndex, state: WorkerState, reason: string): void {
    const name = `w${index}`;
    if (state === 'ready') {
      if (this.#failedStarts >= FAILED_STARTS_MAX) this.notice('no-worker', 'info', 'Database workers start again.');
      this.#failedStarts = 0;
    }
    if (state === 'lost') {
      this.monitoring.workerLost();
      if (!this.fleet.primary && ++this.#failedStarts >= FAILED_STARTS_MAX) {
        const message = `No database worker could be started (${reason}). The lab tries again by itself; if that does not help, reload the page, or use another browser.`;
        this.runner.primaryFailed(new AppError('no-worker', message));
        this.notice('no-worker', 'bad', message);
        this.scaling.stop();
        // What was asked for has failed and been told; what kept workers from starting may pass (memory, a busy machine).
        const failures = this.#failedStarts - FAILED_STARTS_MAX;
        void this.timers.delay(Math.min(RESTART_MS_MAX, RESTART_MS_MIN * 2 ** failures)).then(() => {
          this.scaling.begin();
          this.scaling.replaceMissing();
        });
        return;
      }
      this.monitoring.event('worker', 'bad', `${name} was lost: ${reason}. Another is starting.`);
      // Not from inside the dispatcher's own bookkeeping of the loss.
      void this.timers.delay(0).then(() => this.scaling.replaceMissing());
    } else if (state === 'ejected') this.monitoring.event('worker', 'watch', `${name} was set aside: ${reason}.`);
    else if (state === 'ready') this.monitoring.event('worker', 'good', `${name} is ready (${reason}).`);
    else if (state === 'absent') this.monitoring.event('worker', 'info', `${name} left (${reason}).`);
  }

  #armExpiry(): void {
    const nextMs = this.cache.store.nextExpiryMs();
    // Most entries that come in expire later than what the timer waits for already.
    if (nextMs === null || nextMs >= this.#expiryMs) return;
    this.#expiryMs = nextMs;
    this.#expiry.arm(Math.max(EXPIRY_PAUSE_MS, nextMs - this.platform.nowMs()));
  }
}

function shortened(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}

/** Of PRAGMAs that set the same thing, the last one counts; in the order in which they were last set. */
function lastOfEach(pragmas: string[]): string[] {
  const byName = new Map<string, string>();
  for (const pragma of pragmas) {
    const name = (pragma.split(/[=(]/)[0] ?? pragma).trim().toLowerCase();
    byName.delete(name);
    byName.set(name, pragma);
  }
  return [...byName.values()];
}
