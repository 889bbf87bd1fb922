/** Opening content: at boot what was kept or a sample, later a sample or a person's own file, and back to the start. */
import { AppError, toWireError } from '../core/errors.ts';
import type { CallContext } from '../core/rpc.ts';
import type { SampleRequest } from '../database/protocol.ts';
import { checkSample } from '../database/samples/settings.ts';
import type { Engine } from './engine.ts';
import { DEFAULT_SOURCE } from './engine.ts';
import type { BootReport, BootRequest, DatabaseInfo, DataSource } from './protocol.ts';
import { databaseInfo } from './readings.ts';
import { UndoPages } from './undo-pages.ts';
import { engineDefaults, settingsFromStore } from './settings.ts';

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
  walMode: boolean;
}

/** Opens what was kept, or the sample asked for, and starts the pool. */
export async function boot(engine: Engine, request: BootRequest, context: CallContext): Promise<BootReport> {
  engine.wasmUrl = request.wasmUrl;
  engine.fleet.warmOne();
  const claim = request.safe ? SAFE : await engine.platform.claimStore();
  engine.vault.claimed(claim.owned ? null : { state: request.safe ? 'safe' : 'other-tab', message: claim.message });
  if (claim.message) engine.notice('tabs', 'watch', claim.message);
  if (!request.safe) engine.apply(settingsFromStore(await storedValue(engine, SETTINGS_KEY)));

  const restored = !request.safe && request.sample === null && (await restore(engine));
  if (!restored) await openFirst(engine, request.sample, context);
  engine.begin();
  await firstAnswer(engine, restored, context);
  await engine.savedCache.restore(claim.owned);
  return report(engine, restored);
}

export async function openSample(
  engine: Engine,
  asked: SampleRequest,
  fresh: boolean,
  context: CallContext,
): Promise<DatabaseInfo> {
  const sample = checkSample(asked);
  if (!fresh && engine.source.type === 'sample' && sameSample(engine.source.sample, sample))
    return databaseInfo(engine);
  await replaceContent(engine, await makeSample(engine, sample, context));
  return databaseInfo(engine);
}

/** Opens a person's file. When it cannot be opened, everything stays as it was. */
export async function openFile(engine: Engine, name: string, bytes: Uint8Array): Promise<DatabaseInfo> {
  const inspected = await engine.fleet.withHelper(({ calls }) =>
    calls.call.inspect({ bytes }, { transfer: [bytes.buffer as ArrayBuffer] }),
  );
  const { pageSize, walMode } = inspected.report;
  await replaceContent(engine, { source: { type: 'file', name }, bytes: inspected.bytes, pageSize, walMode });
  engine.vault.noteChange();
  return databaseInfo(engine);
}

/** Data, cache and settings exactly as after the first open of this sample. */
export async function startAgain(engine: Engine, sample: SampleRequest, context: CallContext): Promise<BootReport> {
  await engine.load.stop();
  const content = await makeSample(engine, sample, context);
  await engine.vault.forget();
  engine.apply(engineDefaults);
  await keepValue(engine, SETTINGS_KEY, engineDefaults);
  await replaceContent(engine, content);
  engine.cache.store.resetStatistics();
  return report(engine, false);
}

/** Takes the data over from the tab that owns it: that one saves and becomes read-only, this one goes on with what is kept. */
export function takeOver(_engine: Engine, _context: CallContext): Promise<BootReport> {
  throw new AppError('storage', 'Taking over is being built.');
}

/** Everything that this lab has kept in the browser is gone afterwards; the page then loads anew. */
export async function resetEverything(engine: Engine): Promise<void> {
  await engine.load.stop();
  await engine.vault.forget();
  engine.cache.store.clear();
  await engine.platform.store.clear();
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
  try {
    await engine.platform.store.setMany([[key, value]]);
  } catch (error) {
    engine.notice('storage-denied', 'watch', toWireError(error).message);
  }
}

async function restore(engine: Engine): Promise<boolean> {
  const { kept, damaged } = await engine.vault.load();
  if (damaged) engine.notice('damaged', 'bad', damaged);
  if (!kept) return false;
  // What was damaged had log numbers, and perhaps a kept cache: what follows must not pass for it.
  const { historyId } = kept.snapshot;
  const { newId } = engine.platform;
  const snapshot = { ...kept.snapshot, historyId: damaged ? newId() : historyId };
  engine.plane.restore({ snapshot, lineId: newId(), points: new UndoPages() });
  engine.source = kept.source;
  engine.cache.store.reset(engine.plane.version);
  return true;
}

async function openFirst(engine: Engine, asked: SampleRequest | null, context: CallContext): Promise<void> {
  const sample = asked ?? (DEFAULT_SOURCE.type === 'sample' ? DEFAULT_SOURCE.sample : null);
  if (!sample) throw new AppError('internal', 'There is no sample to open.');
  const { source, bytes, pageSize, walMode } = await makeSample(engine, sample, context);
  engine.plane.open(bytes, pageSize);
  engine.source = source;
  engine.opened = { walMode, unusable: [] };
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
  return { source: { type: 'sample', sample }, bytes, pageSize: pageSize === 1 ? 65536 : pageSize, walMode: false };
}

async function replaceContent(engine: Engine, content: Content): Promise<void> {
  await engine.vault.settle();
  const before = { content: engine.plane.content, source: engine.source, opened: engine.opened };
  engine.plane.open(content.bytes, content.pageSize);
  engine.source = content.source;
  try {
    await engine.contentChanged();
  } catch (error) {
    engine.plane.restore(before.content);
    engine.source = before.source;
    engine.opened = before.opened;
    await engine.contentChanged();
    throw error;
  }
  engine.opened = { walMode: content.walMode, unusable: engine.fleet.primary?.report?.unusable ?? [] };
}

function report(engine: Engine, restored: boolean): BootReport {
  return { database: databaseInfo(engine), restored, notices: [...engine.notices], settings: engine.settings };
}

function sameSample(one: SampleRequest, other: SampleRequest): boolean {
  return one.name === other.name && one.size === other.size && one.seed === other.seed;
}
