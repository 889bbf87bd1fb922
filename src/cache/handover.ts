/**
 * A strategy takes the content over, nothing is lost: each entry is inserted and hit again in the order that the new strategy goes by.
 * One that learns from use then hears the recorded requests too, those for keys that are not here included.
 */
import type { EntryColumns } from './entry-columns.ts';
import type { RequestHistory } from './request-history.ts';
import type { Strategy } from './strategy.ts';

/** Hits that a strategy hears of again, per entry, where the history does not tell them. */
export const REPLAYED_HITS_MAX = 15;

export function handOver(
  strategy: Strategy,
  replayBy: 'use' | 'write',
  columns: EntryColumns<unknown>,
  slots: number[],
  history: RequestHistory,
  nowMs: number,
): void {
  const order = replayBy === 'use' ? columns.used : columns.written;
  const insert = (slot: number): void => {
    const { hashes, bytes, costMs, expiresMs } = columns;
    strategy.admit(hashes[slot], bytes[slot], costMs[slot], nowMs);
    strategy.onInsert(slot, hashes[slot], bytes[slot], costMs[slot], nowMs, expiresMs[slot]);
  };
  // Those that the history knows come in where it first speaks of them; before them, those that it has forgotten.
  const recorded = new Map<number, { slot: number; inserted: boolean }>();
  if (replayBy === 'use') history.forEach((hash) => recorded.set(hash, { slot: -1, inserted: false }));
  for (const slot of slots.sort((a, b) => order[a] - order[b])) {
    const known = recorded.get(columns.hashes[slot]);
    if (known && known.slot < 0) known.slot = slot;
    else {
      insert(slot);
      for (let hit = 0; hit < Math.min(columns.hits[slot], REPLAYED_HITS_MAX); hit++) strategy.onHit(slot, nowMs);
    }
  }
  if (recorded.size === 0) return;
  history.forEach((hash, weight, costMs) => {
    const known = recorded.get(hash)!;
    if (known.inserted) strategy.onHit(known.slot, nowMs);
    else {
      strategy.onMiss(hash);
      if (known.slot < 0) strategy.admit(hash, weight, costMs, nowMs);
      else {
        insert(known.slot);
        known.inserted = true;
      }
    }
  });
}
