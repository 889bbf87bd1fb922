/** Opening content: at boot what was kept or a sample, later a sample or a person's own file, and back to the start. */
import { AppError, toWireError } from '../../core/errors.ts';
import type { CallContext } from '../../core/rpc.ts';
import { WORKER_BROKEN } from '../../database/sqlite/broken.ts';
import { checkFile } from '../../database/file/file-header.ts';
import { HEAD_BYTES } from '../../database/file/foreign-file.ts';
import type { SampleRequest } from '../../database/protocol.ts';
import { sameSample } from '../../database/samples/first-screen/catalogue.ts';
import { checkSample } from '../../database/samples/settings.ts';
import type { Engine } from '../engine.ts';
import { OPEN_MS_MAX } from './database-fleet.ts';
import { DEFAULT_SOURCE } from '../engine.ts';
import type { BootReport, BootRequest, DatabaseInfo, DataSource, FileCondition } from '../protocol.ts';
import { SOUND } from '../storage/kept-format.ts';
import type { Kept } from '../storage/kept-reader.ts';
import { databaseInfo } from '../readings.ts';
import { listenToTabs, ONLY_HERE, OTHER_OWNER } from '../storage/tabs.ts';
import { VERDICTS_KEY } from '../rewriting/kept-verdicts.ts';
import { engineDefaults, settingsFromStore } from '../settings.ts';

export const SETTINGS_KEY = 'settings';

/** The first write must not put the sample in the place of what is kept, which is why safe mode was chosen. */
const SAFE = {
  owned: false,
  message:
    'Safe mode: what this browser keeps was not opened, and nothing is saved. Open the page without ?safe to go on with it.',
};

/** Where the data comes from, before the pool is told. */
interface Content {
  source: DataSource;
  bytes: Uint8Array;
  pageSize: number;
  condition: FileCondition;
}

/** Opens what was kept, or the sample asked for, and starts the pool. */
export async function boot(engine: Engine, request: BootRequest, context: CallContext): Promise<BootReport> {
  engine.wasmUrl = request.wasmUrl;
  engine.fleet.warmOne();
  listenToTabs(engine);
  const claim = request.safe ? SAFE : await engine.platform.tabs.claim();
  engine.vault.claimed(claim.owned ? null : { state: request.safe ? 'safe' : 'other-tab', message: claim.message });
  if (!request.safe) engine.apply(settingsFromStore(await storedValue(engine, SETTINGS_KEY)));

  // Also for a link that brings its own sample: what is kept stays beside it.
  const kept = request.safe ? null : await loadKept(engine);
  const restored = kept !== null && request.sample === null;
  // Who saves is worth a word only where anything can be saved.
  if (claim.owned && claim.message && engine.vault.state.state === 'kept')
    engine.notice('tabs', 'watch', claim.message);
  if (restored) openKept(engine, kept);
  else await openFirst(engine, request.sample, context);
  if (restored && !claim.owned) engine.readOnly = OTHER_OWNER;
  engine.begin();
  await firstAnswer(engine, restored, context);
  await engine.savedCache.restore(claim.owned);
  if (!request.safe) await engine.keptVerdicts.restore();
  return report(engine, restored);
}

export async function openSample(
  engine: Engine,
  asked: SampleRequest,
  fresh: boolean,
  context: CallContext,
): Promise<DatabaseInfo> {
  const sample = checkSample(asked);
  // Alone from the start, so that of two openings the later one asked for is what is open in the end.
  return engine.turnstile.alone(async () => {
    if (!fresh && engine.source.type === 'sample' && sameSample(engine.source.sample, sample))
      return databaseInfo(engine);
    await replaceContent(engine, await makeSample(engine, sample, context));
    return databaseInfo(engine);
  }, context.signal);
}

/** Whether there is any sense in opening this file, before anything is asked or taken away for it. */
export async function checkOffered(file: Blob, name: string): Promise<void> {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  try {
    checkFile(head, file.size);
  } catch (error) {
    throw notOpened(error, name);
  }
}

/** Opens a person's file. When it cannot be opened, everything stays as it was. */
export function openFile(
  engine: Engine,
  name: string,
  { bytes, wal }: { bytes: Uint8Array; wal?: Uint8Array },
  context: CallContext,
): Promise<DatabaseInfo> {
  return engine.turnstile.alone(async () => {
    const inspected = await engine.fleet
      .withHelper(
        ({ calls }) => calls.call.inspect({ bytes, wal }, { transfer: [bytes.buffer as ArrayBuffer] }),
        OPEN_MS_MAX,
      )
      .catch((error: unknown) => {
        throw notOpened(error, name);
      });
    const { pageSize, walMode, warnings, damaged } = inspected.report;
    const condition = { walMode, warnings, damaged };
    const source: DataSource = { type: 'file', name };
    await replaceContent(engine, { source, bytes: inspected.bytes, pageSize, condition });
    engine.vault.noteChange();
    return databaseInfo(engine);
  }, context.signal);
}

/**
 * With the file's name and what became of the rest. Where SQLite itself broke down over it, or there is no memory for it, that is
 * no fault of the pool's.
 */
export function notOpened(error: unknown, name: string): unknown {
  const { code, message } = toWireError(error);
  if (error instanceof RangeError) {
    return new AppError(
      'memory',
      `${name} needs more memory than the browser gives (${message}). Close other tabs, or open a smaller copy. What was open before is still open.`,
    );
  }
  if (code === 'not-a-database')
    return new AppError(code, `${name} cannot be opened as a database. ${message} What was open before is still open.`);
  if (code !== WORKER_BROKEN) return error;
  return new AppError(
    'not-opened',
    `${name} could not be opened. ${message} It is most likely damaged: save its rows with the sqlite3 program's .recover. What was open before is still open.`,
  );
}

/** Data, cache and settings exactly as after the first open of this sample. */
export async function startAgain(engine: Engine, sample: SampleRequest, context: CallContext): Promise<BootReport> {
  await engine.load.stop();
  return engine.turnstile.alone(async () => {
    // What is kept goes last: until the sample is open, what was open before may have to come back.
    await replaceContent(engine, await makeSample(engine, sample, context));
    await engine.vault.forget();
    engine.apply(engineDefaults);
    await keepValue(engine, SETTINGS_KEY, engineDefaults);
    engine.optimizer.records.clear();
    await keepValue(engine, VERDICTS_KEY, null);
    engine.cache.store.resetStatistics();
    return report(engine, false);
  }, context.signal);
}

/** A value of the store; undefined when there is none or the store fails. */
export async function storedValue(engine: Engine, key: string): Promise<unknown> {
  try {
    return (await engine.platform.store.getMany([key]))[0];
  } catch {
    return undefined;
  }
}

/** Keeps a small value; a store that fails is the vault's to tell, not this one's. */
export async function keepValue(engine: Engine, key: string, value: unknown): Promise<void> {
  if (engine.keepsNothing) return;
  const { store } = engine.platform;
  const keeping = store.setMany([[key, value]]);
  engine.keeping = Promise.allSettled([engine.keeping, keeping]);
  try {
    await keeping;
    // Another tab emptied the store while this was on its way.
    if (engine.keepsNothing) await store.setMany([], [key]);
  } catch (error) {
    engine.notice('storage-denied', 'watch', toWireError(error).message);
  }
}

/** What this browser keeps, damage told; null when there is nothing that can be opened. */
export async function loadKept(engine: Engine): Promise<Kept | null> {
  const { kept, damage } = await engine.vault.load();
  if (damage) engine.notice('damaged', damage.lost ? 'bad' : 'watch', damage.message);
  return kept;
}

/** Lays what was kept into the data plane; the pool is told by the caller. */
export function openKept(engine: Engine, { content, source, condition }: Kept): void {
  engine.plane.restore(content);
  engine.source = source;
  engine.opened = { ...condition, unusable: [] };
  engine.cache.store.reset(engine.plane.version);
}

async function openFirst(engine: Engine, asked: SampleRequest | null, context: CallContext): Promise<void> {
  const sample = asked ?? (DEFAULT_SOURCE.type === 'sample' ? DEFAULT_SOURCE.sample : null);
  if (!sample) throw new AppError('internal', 'There is no sample to open.');
  const { source, bytes, pageSize, condition } = await makeSample(engine, sample, context);
  engine.plane.open(bytes, pageSize);
  engine.source = source;
  engine.opened = { ...condition, unusable: [] };
  engine.cache.store.reset(engine.plane.version);
}

/** The first worker's report; when what was kept cannot be attached, the sample takes its place, and it is said. */
async function firstAnswer(engine: Engine, restored: boolean, context: CallContext): Promise<void> {
  try {
    await engine.untilPrimary();
  } catch (error) {
    if (!restored) throw error;
    const { message } = toWireError(error);
    engine.notice(
      'damaged',
      'bad',
      `The database kept in this browser could not be opened (${message}). A sample is open instead.`,
    );
    await openFirst(engine, null, context);
    engine.readOnly = null;
    await engine.contentChanged();
  }
  engine.openedAtLog = engine.plane.version.logNumber;
  engine.opened = { ...engine.opened, unusable: engine.fleet.primary?.report?.unusable ?? [] };
}

async function makeSample(engine: Engine, asked: SampleRequest, context: CallContext): Promise<Content> {
  const sample = checkSample(asked);
  const { bytes } = await engine.fleet.withHelper(({ calls }) =>
    calls.call.makeSample(sample, {
      onProgress: (progress) => context.progress(progress),
      cancelWith: (cancel) => context.signal.onCancel(cancel),
    }),
  );
  // The page size is in bytes 16 and 17 of the header, big-endian; 1 stands for 65536.
  const pageSize = (bytes[16] << 8) | bytes[17];
  return {
    source: { type: 'sample', sample },
    bytes,
    pageSize: pageSize === 1 ? 65536 : pageSize,
    condition: SOUND,
  };
}

/** Inside `turnstile.alone`: no write is under way. When no worker can take it, what was open is open again. */
export async function replaceContent(engine: Engine, content: Content): Promise<void> {
  await engine.vault.settle();
  const before = { content: engine.plane.content, source: engine.source, opened: engine.opened };
  const name = content.source.type === 'file' ? content.source.name : 'The sample';
  try {
    engine.plane.open(content.bytes, content.pageSize);
  } catch (error) {
    throw notOpened(error, name);
  }
  engine.source = content.source;
  engine.opened = { ...content.condition, unusable: [] };
  try {
    await engine.contentChanged();
  } catch (error) {
    engine.plane.restore(before.content);
    engine.source = before.source;
    engine.opened = before.opened;
    await engine.contentChanged();
    throw notOpened(error, name);
  }
  engine.opened = { ...engine.opened, unusable: engine.fleet.primary?.report?.unusable ?? [] };
  engine.readOnly = null;
  if (engine.vault.state.state === 'other-tab') engine.notice('storage-other-tab', 'watch', ONLY_HERE);
}

export function report(engine: Engine, restored: boolean): BootReport {
  return { database: databaseInfo(engine), restored, notices: [...engine.notices], settings: engine.settings };
}
