/** The cache's settings with their defaults and limits. Plain data: links, lab files and the settings panel read it too. */
import { AppError } from '../core/errors.ts';
import { QUERY_CLASS_NAMES, STRATEGY_NAMES, type QueryClass, type StrategyName } from './catalogue.ts';

/** What the rules of `TTL_RULES` go by; each can be switched off. */
export interface TtlRuleSettings {
  /** Results that read no table live for `constantMs`. */
  constant: boolean;
  constantMs: number;
  /** Results whose tables were not written for `quietAfterMs` live for `quietMs`, or for the time of their class if that is longer. */
  quiet: boolean;
  quietAfterMs: number;
  quietMs: number;
  /** Joins and aggregates over tables that are written so often live for so many of the pauses between two writes. */
  busy: boolean;
  busyWritesPerMinute: number;
  busyPauses: number;
}

export interface CacheSettings {
  enabled: boolean;
  strategy: StrategyName;
  /** Results and their keys together never take more. */
  capacityBytes: number;
  /** Time to live from the write, by class. Truth does not rest on it (a stale row is never served); it bounds age and memory. */
  ttlMs: Record<QueryClass, number>;
  /** What lengthens or shortens the time of the class. */
  ttlRules: TtlRuleSettings;
  /**
   * For so long after its time an entry whose tables were not written is still served, at once, while one refresh runs behind it;
   * 0: never.
   */
  staleMs: number;
  /** For teaching only: after a write, the rows from before it are shown for a moment, labelled, and count nowhere. */
  olderRows: boolean;
  /** Whether all strategies are compared on a sample of the live stream. */
  compareStrategies: boolean;
  /** Each entry's time is shortened by up to this share, at random, so that entries written together do not all leave together. */
  ttlJitterRatio: number;
  /** Larger results are compressed, outside the request's time. */
  compressAboveBytes: number;
  /** Whether the cache survives a reload. */
  persist: boolean;
}

export const DEFAULT_CACHE_SETTINGS: Readonly<CacheSettings> = {
  enabled: true,
  strategy: 'adaptive',
  capacityBytes: 64 * 1024 * 1024,
  ttlMs: { point: 60_000, range: 300_000, join: 600_000, aggregate: 1_800_000 },
  ttlRules: {
    constant: true,
    constantMs: 86_400_000,
    quiet: true,
    quietAfterMs: 600_000,
    quietMs: 6 * 3_600_000,
    busy: true,
    busyWritesPerMinute: 6,
    busyPauses: 3,
  },
  staleMs: 30_000,
  olderRows: false,
  compareStrategies: true,
  ttlJitterRatio: 0.1,
  compressAboveBytes: 64 * 1024,
  persist: true,
};

export const CACHE_LIMITS = {
  capacityBytes: { min: 4096, max: 4 * 1024 ** 3 },
  ttlMs: { min: 100, max: 7 * 86_400_000 },
  constantMs: { min: 100, max: 7 * 86_400_000 },
  quietAfterMs: { min: 1000, max: 86_400_000 },
  quietMs: { min: 100, max: 7 * 86_400_000 },
  busyWritesPerMinute: { min: 0.1, max: 100_000 },
  busyPauses: { min: 0.1, max: 100 },
  staleMs: { min: 0, max: 3_600_000 },
  ttlJitterRatio: { min: 0, max: 0.5 },
  compressAboveBytes: { min: 1024, max: 4 * 1024 ** 3 },
} as const;

/** An entry may take one such part of the capacity at most, so that no single result empties the cache. */
export const ENTRY_SHARE_MAX = 8;

/**
 * Whole settings from possibly partial, possibly foreign input (a link, a form); what is absent keeps its default.
 * Throws AppError `settings` that names field, rule and value seen.
 */
export function readCacheSettings(
  input: unknown,
  defaults: Readonly<CacheSettings> = DEFAULT_CACHE_SETTINGS,
): CacheSettings {
  const given = readFields('cache', input, Object.keys(DEFAULT_CACHE_SETTINGS));
  const ttl = readFields('ttlMs', given.ttlMs ?? {}, QUERY_CLASS_NAMES);
  const rules = readFields('ttlRules', given.ttlRules ?? {}, Object.keys(DEFAULT_CACHE_SETTINGS.ttlRules));
  return {
    enabled: readFlag('enabled', given.enabled ?? defaults.enabled),
    strategy: readStrategy(given.strategy ?? defaults.strategy),
    capacityBytes: readInteger(
      'capacityBytes',
      given.capacityBytes ?? defaults.capacityBytes,
      CACHE_LIMITS.capacityBytes,
    ),
    ttlMs: Object.fromEntries(
      QUERY_CLASS_NAMES.map((name) => [
        name,
        readInteger(`ttlMs.${name}`, ttl[name] ?? defaults.ttlMs[name], CACHE_LIMITS.ttlMs),
      ]),
    ) as Record<QueryClass, number>,
    ttlRules: readRules(rules, defaults.ttlRules),
    staleMs: readInteger('staleMs', given.staleMs ?? defaults.staleMs, CACHE_LIMITS.staleMs),
    olderRows: readFlag('olderRows', given.olderRows ?? defaults.olderRows),
    compareStrategies: readFlag('compareStrategies', given.compareStrategies ?? defaults.compareStrategies),
    ttlJitterRatio: readNumber(
      'ttlJitterRatio',
      given.ttlJitterRatio ?? defaults.ttlJitterRatio,
      CACHE_LIMITS.ttlJitterRatio,
    ),
    compressAboveBytes: readInteger(
      'compressAboveBytes',
      given.compressAboveBytes ?? defaults.compressAboveBytes,
      CACHE_LIMITS.compressAboveBytes,
    ),
    persist: readFlag('persist', given.persist ?? defaults.persist),
  };
}

function readRules(given: Record<string, unknown>, defaults: TtlRuleSettings): TtlRuleSettings {
  const flag = (name: 'constant' | 'quiet' | 'busy') => readFlag(`ttlRules.${name}`, given[name] ?? defaults[name]);
  const whole = (name: 'constantMs' | 'quietAfterMs' | 'quietMs') =>
    readInteger(`ttlRules.${name}`, given[name] ?? defaults[name], CACHE_LIMITS[name]);
  const number = (name: 'busyWritesPerMinute' | 'busyPauses') =>
    readNumber(`ttlRules.${name}`, given[name] ?? defaults[name], CACHE_LIMITS[name]);
  return {
    constant: flag('constant'),
    constantMs: whole('constantMs'),
    quiet: flag('quiet'),
    quietAfterMs: whole('quietAfterMs'),
    quietMs: whole('quietMs'),
    busy: flag('busy'),
    busyWritesPerMinute: number('busyWritesPerMinute'),
    busyPauses: number('busyPauses'),
  };
}

interface Range {
  min: number;
  max: number;
}

function readFields(field: string, input: unknown, known: readonly string[]): Record<string, unknown> {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw refuse(field, 'be an object of settings', input);
  for (const name of Object.keys(input)) {
    if (!known.includes(name))
      throw new AppError('settings', `${field} has no setting ${name}; it has ${known.join(', ')}.`);
  }
  return input as Record<string, unknown>;
}

function readFlag(field: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw refuse(field, 'be true or false', value);
  return value;
}

function readStrategy(value: unknown): StrategyName {
  const name = STRATEGY_NAMES.find((each) => each === value);
  if (name === undefined) throw refuse('strategy', `be one of ${STRATEGY_NAMES.join(', ')}`, value);
  return name;
}

function readInteger(field: string, value: unknown, range: Range): number {
  if (!Number.isSafeInteger(value)) throw refuse(field, `be an integer in [${range.min}, ${range.max}]`, value);
  return readNumber(field, value, range, 'an integer');
}

function readNumber(field: string, value: unknown, { min, max }: Range, what = 'a number'): number {
  if (typeof value !== 'number' || !(value >= min && value <= max))
    throw refuse(field, `be ${what} in [${min}, ${max}]`, value);
  return value;
}

function refuse(field: string, rule: string, seen: unknown): AppError {
  const shown = typeof seen === 'number' ? String(seen) : (JSON.stringify(seen) ?? typeof seen).slice(0, 40);
  return new AppError('settings', `${field} must ${rule}, got ${shown}.`);
}
