/** What the page may ask of the engine, each in a line or two: the work is done by the parts. */
import { formatBytes } from '../core/bytes.ts';
import { statementsOf } from '../advisor/workload.ts';
import { AppError } from '../core/errors.ts';
import { Transfer, type CallContext, type Handlers } from '../core/rpc.ts';
import { copyOf, LARGE_CELL_BYTES, transferablesOf } from '../database/rows/columns.ts';
import type { Engine } from './engine.ts';
import { exportRows } from './data/exporting.ts';
import { importFile, previewImport } from './data/importing.ts';
import {
  boot,
  checkOffered,
  keepValue,
  openFile,
  openSample,
  SETTINGS_KEY,
  startAgain,
  storedValue,
} from './data/opening.ts';
import { cacheEntries, cacheReport } from './query/cache-report.ts';
import { cacheEntry, cacheFind } from './query/cache-find.ts';
import { cacheShelf } from './query/cache-shelf.ts';
import { plainOutcome } from './query/outcome.ts';
import { dropPoint, makePoint, pointOf, pointsInTime, restorePoint } from './data/points-in-time.ts';
import { NO_PARAMETERS } from './query/parameters.ts';
import { runPreview } from './query/preview.ts';
import type {
  BootReport,
  EngineApi,
  ExecuteRequest,
  QueryOutcome,
  ScriptOutcome,
  WorkloadStatement,
} from './protocol.ts';
import { resetEverything, takeOver } from './storage/tabs.ts';
import { decisionReport, performanceSummary, seenStatements, statementReports } from './readings.ts';

/** Orphans are counted for so long; keys that do not fit are told as not counted. */
const FOREIGN_KEYS_BUDGET_MS = 3000;
const PAGE_STATE_KEY = 'page-state';

export function engineHandlers(engine: Engine): Handlers<EngineApi> {
  let booted: Promise<BootReport> | null = null;
  return {
    boot: (request, context) => (booted ??= boot(engine, request, context)),

    openSample: ({ sample, fresh }, context) => openSample(engine, sample, fresh, context),
    checkFile: ({ file, name }) => checkOffered(file, name),
    openFile: ({ name, ...file }, context) => openFile(engine, name, file, context),
    exportFile: () => exportFile(engine),
    schema: () => engine.schema(),
    census: () => engine.onAnyWorker('counting pages', (worker) => worker.calls.call.census({})),
    checkForeignKeys: () =>
      engine.onAnyWorker('checking foreign keys', (worker) =>
        worker.calls.call.checkForeignKeys({ budgetMs: FOREIGN_KEYS_BUDGET_MS }),
      ),
    previewImport: (request) => previewImport(engine, request),
    importFile: (request, context) => importFile(engine, request, context),
    exportRows: (request, context) => exportRows(engine, request, context),
    pointsInTime: () => pointsInTime(engine),
    makePoint: ({ name }) => makePoint(engine, name),
    restorePoint: ({ id }) => restorePoint(engine, id),
    dropPoint: ({ id }) => dropPoint(engine, id),
    takeOver: (_request, context) => takeOver(engine, context),
    storagePersistence: ({ persisted }) => engine.vault.persistenceKnown(persisted),

    execute: (request, context) => execute(engine, request, context),
    describe: ({ sql }) => engine.onAnyWorker('reading the text', (worker) => worker.calls.call.describe({ sql })),
    wholeCell: ({ resultId, row, column }) => ({ value: engine.largeCells.cell(resultId, row, column) }),
    plan: ({ sql }) => engine.optimizer.plan(sql),

    optimize: ({ sql, parameters, without, setup }, context) =>
      engine.optimizer.optimize(sql, parameters ?? NO_PARAMETERS, {
        without,
        setup,
        signal: context.signal,
        onProgress: (told) => context.progress(told),
      }),
    study: ({ sql, parameters, rewrittenSql, setup }) =>
      engine.optimizer.study(sql, parameters ?? NO_PARAMETERS, rewrittenSql, setup),
    ruleRecords: () => engine.optimizer.records.all(),
    advise: ({ sql, parameters }) => engine.optimizer.advise(sql, parameters ?? NO_PARAMETERS),
    adviseWorkload: ({ statements, budgetBytes, withRewrites }, context) =>
      engine.optimizer.adviseWorkload(
        { statements: workloadIn(engine, statements), budgetBytes: budgetBytes ?? null, withRewrites },
        { signal: context.signal, onProgress: (told) => context.progress(told) },
      ),
    tryIndex: ({ sql, parameters, ddl }) => engine.optimizer.tryIndex(sql, parameters ?? NO_PARAMETERS, ddl),
    // Texts for one page: loaded when it asks.
    rules: async () => [...(await import('../optimizer/catalogue.ts')).RULE_CATALOGUE],
    statements: () => statementReports(engine),

    cacheEntries: ({ limit }) => cacheEntries(engine.cache, limit, engine.platform.nowMs()),
    cacheShelf: ({ limit }) => cacheShelf(engine.cache, limit, engine.platform.nowMs()),
    cacheFind: (request) => cacheFind(engine.cache, request, engine.platform.nowMs()),
    cacheEntry: ({ id }) => cacheEntry(engine.cache, id, engine.platform.nowMs()),
    cacheReport: () => cacheReport(engine.cache, engine.savedCache.state, engine.platform.nowMs()),
    cacheCurve: () => engine.cache.store.journal.curve(),
    cacheResetStatistics: () => {
      engine.cache.resetStatistics();
      return engine.cache.statistics();
    },
    cacheClear: () => {
      engine.cache.store.clear(engine.platform.nowMs());
      engine.savedCache.noteChange();
      return engine.cache.statistics();
    },
    cacheInvalidate: (what) => {
      const removed = engine.cache.drop(what);
      engine.savedCache.noteChange();
      return { removed };
    },
    cacheStats: () => engine.cache.statistics(),

    startLoad: async (settings) => {
      if (settings.writeShare > 0) engine.refuseReadOnly();
      const report = await engine.load.start(settings);
      const { shape, ratePerS, peakPerS, durationMs } = settings;
      const rates = shape === 'steady' ? `${ratePerS}` : `${ratePerS} to ${peakPerS}`;
      engine.monitoring.event('load', 'info', `Load started: ${shape}, ${rates} queries/s for ${durationMs / 1000} s`);
      return report;
    },
    stopLoad: () => engine.load.stop(),
    setWorkers: ({ count }) => {
      const { minWorkers, maxWorkers } = engine.settings.scaler;
      if (!Number.isInteger(count) || count < minWorkers || count > maxWorkers) {
        throw new AppError(
          'settings',
          `count must be an integer in [${minWorkers}, ${maxWorkers}], got ${String(count)}.`,
        );
      }
      engine.scaling.setWorkers(count);
    },
    killWorker: ({ name }) => {
      const worker = engine.fleet.workers.find((one) => one.name === name);
      if (!worker) throw new AppError('no-such-worker', `There is no worker named ${name} now.`);
      engine.dispatcher.kill(worker.index, 'ended by hand');
    },
    scaleLog: ({ limit }) => engine.scaling.log(limit).map(decisionReport),

    watch: ({ perSecond }) => engine.snapshots.watch(perSecond),
    history: () => engine.monitoring.history(),
    events: ({ limit }) => engine.monitoring.events.latest(limit),
    getPerformanceSummary: () => performanceSummary(engine),

    settings: async ({ change }) => {
      if (change === null) return engine.settings;
      const settings = engine.change(change);
      await keepValue(engine, SETTINGS_KEY, settings);
      return settings;
    },
    keepPageState: ({ state }) => keepValue(engine, PAGE_STATE_KEY, state),
    pageState: async () => ({ state: await storedValue(engine, PAGE_STATE_KEY) }),
    startAgain: ({ sample }, context) => startAgain(engine, sample, context),
    resetEverything: () => resetEverything(engine),
    simulate: (request, context) => engine.simulator.run(request, context),
    replayTrace: (request, context) => engine.simulator.replay(request, context),
  };
}

/** A pasted text, statements with their values, or those seen. */
function workloadIn(engine: Engine, given: readonly WorkloadStatement[] | string | null): readonly WorkloadStatement[] {
  return typeof given === 'string' ? statementsOf(given) : (given ?? seenStatements(engine));
}

async function execute(
  engine: Engine,
  request: ExecuteRequest,
  context: CallContext,
): Promise<Transfer<ScriptOutcome>> {
  const previewed = request.preview ? await runPreview(engine, request, request.preview, context) : null;
  const preview = previewed?.preview ?? null;
  const { ran, error, notes, undoPoint } = previewed?.ran ?? (await engine.run(request, context));
  const buffers: ArrayBuffer[] = [];
  const outcomes = ran.map((one): QueryOutcome => {
    const outcome = engine.outcome(one);
    if (!outcome.result) return plainOutcome(outcome, null);
    // Large cells stay here, whole; what somebody else holds too is copied, everything else moves.
    const large = outcome.result.large.map(({ row, column, bytes: { byteLength } }) => {
      return { row, column, bytes: new Uint8Array(0), byteLength };
    });
    const cut = { ...outcome.result, large };
    const result = one.shared || outcome.resultId !== null ? copyOf(cut) : cut;
    buffers.push(...transferablesOf(result));
    const plain = plainOutcome(outcome, result);
    return large.length > 0 ? { ...plain, notes: [...plain.notes, cutNote(large.length)] } : plain;
  });
  return new Transfer(
    {
      outcomes,
      error: error && {
        code: error.cause.code,
        message: error.cause.message,
        detail: error.cause.detail,
        statementIndex: error.statementIndex,
        span: error.span,
        position: positionIn(error.cause.detail),
      },
      notes: preview ? [`${preview.label}.`, ...notes] : notes,
      preview,
      undo: undoPoint == null ? null : pointOf(engine, undoPoint),
    },
    [...new Set(buffers)],
  );
}

function cutNote(cells: number): string {
  const most = formatBytes(LARGE_CELL_BYTES);
  const many = cells === 1 ? `1 cell is longer than ${most} and is` : `${cells} cells are longer than ${most} and are`;
  return `${many} cut here: Enter shows one whole.`;
}

function positionIn(detail: unknown): NonNullable<ScriptOutcome['error']>['position'] {
  const isPosition =
    typeof detail === 'object' && detail !== null && 'message' in detail && 'start' in detail && 'end' in detail;
  return isPosition ? (detail as NonNullable<ScriptOutcome['error']>['position']) : null;
}

function exportFile(engine: Engine): Transfer<{ name: string; bytes: Uint8Array }> {
  const bytes = engine.plane.file();
  const { source } = engine;
  const name = source.type === 'file' ? source.name : `${source.sample.name}-${source.sample.size}.sqlite`;
  return new Transfer({ name, bytes }, [bytes.buffer as ArrayBuffer]);
}
