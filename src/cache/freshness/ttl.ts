/**
 * Which time to live a result gets, by the first of the rules that applies (`TTL_RULES`). Truth does not rest on it: a write drops what
 * it touches in the same step. Time to live bounds age, and the memory given to what will be dropped soon anyway.
 */
import { QUERY_CLASS_NAMES, type QueryClass, type TtlRuleName } from '../catalogue.ts';
import type { CacheSettings } from '../settings.ts';
import type { Tables } from './table-versions.ts';
import { counted, duration } from '../words.ts';
import type { WriteRates } from './write-rates.ts';

/** However often its tables are written, a result is worth keeping for a moment. */
const BUSY_MS_MIN = 1000;

export interface TtlDecision {
  ttlMs: number;
  rule: TtlRuleName;
  /** What the rule went by: writes a minute (`busy`), milliseconds without a write (`quiet`); 0 for the others. */
  evidence: number;
}

export class TtlRules {
  readonly #settings: Pick<CacheSettings, 'ttlMs' | 'ttlRules'>;
  readonly #rates: WriteRates;
  /** Where no other rule applies, which is the rule: nothing is made then. */
  readonly #byClass: Readonly<Record<QueryClass, TtlDecision>>;

  constructor(settings: Pick<CacheSettings, 'ttlMs' | 'ttlRules'>, rates: WriteRates) {
    this.#settings = settings;
    this.#rates = rates;
    const decided = QUERY_CLASS_NAMES.map((name) => [
      name,
      { ttlMs: settings.ttlMs[name], rule: 'class', evidence: 0 },
    ]);
    this.#byClass = Object.fromEntries(decided) as Record<QueryClass, TtlDecision>;
  }

  /** The rule and what it gives, before jitter. */
  decide(queryClass: QueryClass, tables: Tables, nowMs: number): TtlDecision {
    const { ttlRules: rules } = this.#settings;
    const rates = this.#rates;
    const byClass = this.#byClass[queryClass];
    if (rules.constant && tables?.length === 0) return { ttlMs: rules.constantMs, rule: 'constant', evidence: 0 };
    if (rules.quiet && rates.watchedMs(nowMs) >= rules.quietAfterMs) {
      const quietMs = rates.quietMs(tables, nowMs);
      if (quietMs >= rules.quietAfterMs)
        return { ttlMs: Math.max(rules.quietMs, byClass.ttlMs), rule: 'quiet', evidence: quietMs };
    }
    if (rules.busy && (queryClass === 'join' || queryClass === 'aggregate')) {
      const perMinute = rates.perMinute(tables, nowMs) ?? 0;
      if (perMinute >= rules.busyWritesPerMinute) {
        const pausesMs = Math.max(BUSY_MS_MIN, (rules.busyPauses * 60_000) / perMinute);
        if (pausesMs < byClass.ttlMs) return { ttlMs: pausesMs, rule: 'busy', evidence: perMinute };
      }
    }
    return byClass;
  }
}

const CLASS_WORDS: Record<QueryClass, string> = {
  point: 'a point read',
  range: 'a range',
  join: 'a join',
  aggregate: 'an aggregate',
};

/** Why an entry lives for so long, in one sentence. */
export function ttlReason({ ttlMs, rule, evidence }: TtlDecision, queryClass: QueryClass): string {
  const time = duration(ttlMs);
  switch (rule) {
    case 'volatile':
      return 'It is never stored.';
    case 'constant':
      return `${time}: it reads no table, so nothing can change it.`;
    case 'quiet':
      return `${time}: no table that it reads was written for ${duration(evidence)}.`;
    case 'busy':
      return `${time}: its tables are written about ${counted(evidence, 'time')} a minute, and it would hardly outlive a few pauses of ${duration(60_000 / evidence)}.`;
    case 'restored':
      return `${time}: what was left when the page was loaded again.`;
    case 'class':
      return `${time}: what ${CLASS_WORDS[queryClass]} gets.`;
  }
}
