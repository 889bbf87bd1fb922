/** Which of the engine's settings a link may carry, and within which limits: those of the folders that own them. */
import { scalerRanges, type ScalerSettings } from '../autoscaler/settings.ts';
import { pickerNames, type PickerName } from '../balancer/settings.ts';
import { QUERY_CLASS_NAMES, STRATEGY_NAMES, type QueryClass } from '../cache/catalogue.ts';
import { CACHE_LIMITS, type CacheSettings, type TtlRuleSettings } from '../cache/settings.ts';
import { poolRanges, queueModes, type QueueMode } from '../pool/settings.ts';
import type { Range } from '../core/range.ts';
import { flag, listOf, numberIn, oneOf, orNull, part, refuse, textLike, whole, type Check } from './check.ts';

/** What is absent stays as it is with whoever opens the link. */
export interface ViewSettings {
  /** Not `persist`: whether a browser keeps something is up to its owner. Not `olderRows`: nobody is shown old rows by a link. */
  cache?: Partial<Omit<CacheSettings, 'persist' | 'olderRows'>>;
  balancer?: { picker?: PickerName; queueMode?: QueueMode; queueDepthMax?: number };
  scaler?: Partial<ScalerSettings>;
  optimizer?: { enabled?: boolean; disabledRules?: string[] };
  simulatedWaitMs?: number;
  deadlineMs?: number | null;
}

const WAIT_RANGE: Range = { min: 0, max: 60_000 };
const DEADLINE_RANGE: Range = { min: 10, max: 3_600_000, nullable: true };
const RULES_MAX = 100;

const integerIn = (range: Range): Check<number> => numberIn({ ...range, integer: true });

const ttlMs = whole<Record<QueryClass, number>>(
  Object.fromEntries(QUERY_CLASS_NAMES.map((name) => [name, integerIn(CACHE_LIMITS.ttlMs)])) as Record<
    QueryClass,
    Check<number>
  >,
);

const ttlRules = whole<TtlRuleSettings>({
  constant: flag,
  constantMs: integerIn(CACHE_LIMITS.constantMs),
  quiet: flag,
  quietAfterMs: integerIn(CACHE_LIMITS.quietAfterMs),
  quietMs: integerIn(CACHE_LIMITS.quietMs),
  busy: flag,
  busyWritesPerMinute: numberIn(CACHE_LIMITS.busyWritesPerMinute),
  busyPauses: numberIn(CACHE_LIMITS.busyPauses),
});

const checkParts = part<ViewSettings>({
  cache: part<Omit<CacheSettings, 'persist' | 'olderRows'>>({
    enabled: flag,
    strategy: oneOf(STRATEGY_NAMES),
    capacityBytes: integerIn(CACHE_LIMITS.capacityBytes),
    ttlMs,
    ttlRules,
    staleMs: integerIn(CACHE_LIMITS.staleMs),
    compareStrategies: flag,
    ttlJitterRatio: numberIn(CACHE_LIMITS.ttlJitterRatio),
    compressAboveBytes: integerIn(CACHE_LIMITS.compressAboveBytes),
  }),
  balancer: part({
    picker: oneOf(pickerNames),
    queueMode: oneOf(queueModes),
    queueDepthMax: numberIn(poolRanges.queueDepthMax as Range),
  }),
  scaler: part<ScalerSettings>({
    enabled: flag,
    minWorkers: numberIn(scalerRanges.minWorkers as Range),
    maxWorkers: numberIn(scalerRanges.maxWorkers as Range),
    cpuRatioMax: numberIn(scalerRanges.cpuRatioMax as Range),
    memoryRatioMax: numberIn(scalerRanges.memoryRatioMax as Range),
    memoryBudgetBytes: numberIn(scalerRanges.memoryBudgetBytes as Range),
    responseMsMax: numberIn(scalerRanges.responseMsMax as Range),
    queueDepthMax: numberIn(scalerRanges.queueDepthMax as Range),
    cooldownUpMs: numberIn(scalerRanges.cooldownUpMs as Range),
    cooldownDownMs: numberIn(scalerRanges.cooldownDownMs as Range),
  }),
  optimizer: part({
    enabled: flag,
    disabledRules: listOf(textLike(/^[a-z0-9-]{1,60}$/, 'the name of a rule'), RULES_MAX),
  }),
  simulatedWaitMs: numberIn(WAIT_RANGE),
  deadlineMs: orNull(numberIn(DEADLINE_RANGE)),
});

/** A fresh object with only known settings, each within its limits; throws AppError `link-invalid`. */
export const checkSettings: Check<ViewSettings> = (value, field) => {
  const settings = checkParts(value, field);
  const { minWorkers, maxWorkers } = settings.scaler ?? {};
  if (minWorkers !== undefined && maxWorkers !== undefined && minWorkers > maxWorkers) {
    throw refuse(`${field}.scaler.minWorkers must not be above maxWorkers, got ${minWorkers} above ${maxWorkers}`);
  }
  return settings;
};
