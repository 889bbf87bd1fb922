/** What the cache counts: lookups by outcome and class, removals by cause, time saved. */
import {
  MISS_REASONS,
  QUERY_CLASSES,
  REMOVAL_CAUSES,
  type MissReason,
  type QueryClass,
  type RemovalCause,
  type StrategyName,
} from './catalogue.ts';
import type { StrategyReport } from './strategy.ts';

export interface HitCount {
  hits: number;
  misses: number;
}

export interface CacheStatistics extends HitCount {
  /** hits / (hits + misses), 0..1; 0 before the first lookup. */
  hitRatio: number;
  /** Entries held, and what they are charged. */
  size: number;
  bytes: number;
  capacityBytes: number;
  evictionsByCause: Record<RemovalCause, number>;
  missReasons: Record<MissReason, number>;
  /** A miss whose class is not known yet counts above only. */
  byClass: Record<QueryClass, HitCount>;
  /** Sum over hits of what the result cost to compute. */
  timeSavedMs: number;
  strategy: StrategyName;
  /** What Adaptive follows, and why; null for the others. */
  strategyReport: StrategyReport | null;
}

export class StatisticsCounter {
  hits = 0;
  misses = 0;
  timeSavedMs = 0;
  readonly removals = zeros(REMOVAL_CAUSES);
  readonly missReasons = zeros(MISS_REASONS);
  readonly byClass = Object.fromEntries(
    Object.keys(QUERY_CLASSES).map((name) => [name, { hits: 0, misses: 0 }]),
  ) as Record<QueryClass, HitCount>;

  hit(queryClass: QueryClass, savedMs: number): void {
    this.hits++;
    this.byClass[queryClass].hits++;
    this.timeSavedMs += savedMs;
  }

  miss(queryClass: QueryClass | null, reason: MissReason): void {
    this.misses++;
    this.missReasons[reason]++;
    if (queryClass !== null) this.byClass[queryClass].misses++;
  }
}

function zeros<Name extends string>(names: Record<Name, unknown>): Record<Name, number> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, 0])) as Record<Name, number>;
}
