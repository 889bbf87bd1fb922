/**
 * A strategy takes the content over, nothing is lost: each entry is inserted and hit again in the order that the new strategy goes by.
 * One that learns from use then hears the recorded requests too, those for keys that are not here included.
 */
import { BYTES, COST_MS, EXPIRES_MS, HASH, HITS, USED, WRITTEN, type EntryRows } from '../store/entry-rows.ts';
import type { RequestHistory } from '../statistics/request-history.ts';
import type { Strategy } from './strategy.ts';

/** Hits that a strategy hears of again, per entry, where the history does not tell them. */
export const REPLAYED_HITS_MAX = 15;

export function handOver(
  strategy: Strategy,
  replayBy: 'use' | 'write',
  rows: EntryRows<unknown>,
  slots: number[],
  history: RequestHistory,
  nowMs: number,
): void {
  const order = replayBy === 'use' ? USED : WRITTEN;
  const insert = (slot: number): void => {
    const hash = rows.get(slot, HASH);
    const bytes = rows.get(slot, BYTES);
    const costMs = rows.get(slot, COST_MS);
    strategy.admit(hash, bytes, costMs, nowMs);
    strategy.onInsert(slot, hash, bytes, costMs, nowMs, rows.get(slot, EXPIRES_MS));
  };
  // Those that the history knows come in where it first speaks of them; before them, those that it has forgotten.
  const recorded = new Map<number, { slot: number; inserted: boolean }>();
  if (replayBy === 'use') history.forEach((hash) => recorded.set(hash, { slot: -1, inserted: false }));
  for (const slot of slots.sort((a, b) => rows.get(a, order) - rows.get(b, order))) {
    const known = recorded.get(rows.get(slot, HASH));
    if (known && known.slot < 0) known.slot = slot;
    else {
      insert(slot);
      for (let hit = 0; hit < Math.min(rows.get(slot, HITS), REPLAYED_HITS_MAX); hit++) strategy.onHit(slot, nowMs);
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
