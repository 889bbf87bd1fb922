/** This tab among others over the same store: who owns the data, taking it over, and leaving nothing behind. */
import { AppError, toWireError } from '../../core/errors.ts';
import type { CallContext } from '../../core/rpc.ts';
import type { Engine } from '../engine.ts';
import { loadKept, notOpened, openKept, report } from '../data/opening.ts';
import type { BootReport } from '../protocol.ts';

export const OTHER_OWNER =
  'Another tab of this page owns the data. Here it can be read, as it was last saved, but not changed: take over to write here.';
export const ONLY_HERE =
  'Another tab of this page saves to this browser, so what is open here is in memory only: a reload loses it. Save it as a file to keep it.';
const TAKEN =
  'Another tab of this page took the data over. Here it can be read, but not changed: take it back to write here.';
const TAKEN_UNSAVED =
  'Another tab of this page took the data over before the last changes here were saved. They can be read here, but are nowhere else: save them as a file.';
const REMOVED =
  'Everything that this browser kept was removed from another tab. What is open here is in memory only: save it as a file to keep it.';

export function listenToTabs(engine: Engine): void {
  const lose = (): void => engine.lostStore(databaseIsUnsaved(engine) ? TAKEN_UNSAVED : TAKEN);
  engine.platform.tabs.listen({
    // Writes that are under way are waited for, and saved.
    onAsked: async () => {
      await engine.load.stop();
      await engine.turnstile.alone(async () => {
        await engine.vault.settle();
        lose();
      });
    },
    onTaken: lose,
    onReset: () => {
      engine.keepsNothing = true;
      engine.lostStore(REMOVED);
      void engine.vault.removeLate();
      engine.readOnly = null;
      engine.notice('storage-reset', 'bad', REMOVED);
    },
  });
}

/** Takes the data over from the tab that owns it: that one saves and becomes read-only, this one goes on with what is kept. */
export async function takeOver(engine: Engine, context: CallContext): Promise<BootReport> {
  const { vault, plane, platform } = engine;
  if (vault.state.state === 'safe') {
    throw new AppError(
      'storage',
      'In safe mode nothing that is kept is touched. Open the page without ?safe to go on with it.',
    );
  }
  await engine.load.stop();
  return engine.turnstile.alone(async () => {
    if (vault.owned) return report(engine, true);
    const answered = await platform.tabs.takeOver();
    await vault.take();
    const kept = await loadKept(engine);
    const before = { content: plane.content, source: engine.source, opened: engine.opened };
    if (kept) {
      openKept(engine, kept);
      try {
        await engine.contentChanged();
        engine.opened = { ...engine.opened, unusable: engine.fleet.primary?.report?.unusable ?? [] };
      } catch (error) {
        plane.restore(before.content);
        Object.assign(engine, { source: before.source, opened: before.opened });
        await engine.contentChanged();
        // What is open here is older than what is kept, and must not be saved over it.
        engine.lostStore(`What this browser keeps could not be opened here: ${toWireError(error).message}`);
        throw notOpened(error, 'What this browser keeps');
      }
    }
    engine.readOnly = null;
    engine.keepsNothing = false;
    await engine.savedCache.restore(true);
    await engine.keptVerdicts.restore();
    void engine.load.sweep();
    const how = answered
      ? 'The other tab saved and let go'
      : 'The other tab did not answer, so its last seconds may be missing';
    engine.monitoring.event('storage', answered ? 'info' : 'watch', `${how}: this tab owns the data now.`);
    return report(engine, kept !== null);
  }, context.signal);
}

/** Everything that this lab has kept in the browser is gone afterwards; the page then loads anew. */
export async function resetEverything(engine: Engine): Promise<void> {
  await engine.load.stop();
  engine.platform.tabs.tellReset();
  engine.keepsNothing = true;
  engine.lostStore(REMOVED);
  engine.cache.store.clear();
  // What is on its way to the store would be put there after it was emptied.
  await Promise.all([engine.vault.ended(), engine.savedCache.ended(), engine.keeping]);
  await engine.platform.store.clear();
}

function databaseIsUnsaved(engine: Engine): boolean {
  const changed = engine.plane.version.logNumber > engine.openedAtLog;
  return (changed || engine.source.type === 'file') && !engine.isStored;
}
