/**
 * What an eviction strategy is: it sees the stream of hits, misses, insertions and removals by slot number, and names the next victim.
 * It never holds values or keys; slots are small integers that the cache reuses, metadata lives in typed arrays that grow with them.
 */
import type { RemovalCause } from '../catalogue.ts';

/**
 * The order of calls for one request is fixed. Hit: `onHit`. Miss: `onMiss`, and later, if there is something to store: `admit`;
 * when it says yes, `victim` and `onRemove(…, 'size')` until there is room, then `onInsert`.
 * Weights are in the capacity's unit (bytes; 1 per entry in unit-size traces), costs in milliseconds of work that a hit saves.
 */
export interface Strategy {
  /** Whether a newcomer may enter at all. */
  admit(keyHash: number, weight: number, costMs: number, nowMs: number): boolean;
  /** `expiresMs` is when its time to live is over, on the clock of `nowMs`. */
  onInsert(slot: number, keyHash: number, weight: number, costMs: number, nowMs: number, expiresMs: number): void;
  onHit(slot: number, nowMs: number): void;
  onMiss(keyHash: number): void;
  onRemove(slot: number, cause: RemovalCause): void;
  /** The slot to give up next; asked only while something is resident. The caller then removes it. */
  victim(nowMs: number): number;
  /** The entry in a slot changed its size in place (it was compressed, or decoded). */
  onReweigh(slot: number, weight: number, nowMs: number): void;
  /** The entry in a slot was computed anew and lives until `expiresMs` now; for a strategy that goes by that. */
  onRenew?(slot: number, expiresMs: number): void;
  setCapacity(capacity: number, nowMs: number): void;
  /** All resident slots, the one to leave next last. */
  order(): number[];
  /** Hashes of keys that it has given up and still remembers, the latest first, at most so many; empty where it remembers none. */
  ghosts(limit: number): number[];
  /** What a strategy made of others has to tell; null for a simple one. */
  report(): StrategyReport | null;
}

export interface StrategyReport {
  /** Which strategy the content follows now. */
  leader: string;
  /** How often the leader has changed. */
  switches: number;
  /** Hits per request that each strategy would have had on the same stream, lately. */
  recentHitRatio: Record<string, number>;
}
