/** The engine's settings as a whole: defaults from every part, changes checked by the part that they belong to. */
import { scalerDefaults, scalerProblems } from '../autoscaler/settings.ts';
import { balancerDefaults, balancerProblems, type BalancerSettings as EjectionSettings } from '../balancer/settings.ts';
import { DEFAULT_CACHE_SETTINGS, readCacheSettings } from '../cache/settings.ts';
import { AppError } from '../core/errors.ts';
import { poolDefaults, poolProblems, type PoolSettings } from '../pool/settings.ts';
import type { EngineSettings, SettingsChange } from './protocol.ts';

export const SIMULATED_WAIT_MS_MAX = 5000;
export const DEADLINE_MS_LIMITS = { min: 10, max: 3_600_000 } as const;

export const engineDefaults: EngineSettings = {
  cache: { ...DEFAULT_CACHE_SETTINGS },
  balancer: {
    picker: balancerDefaults.picker,
    queueMode: poolDefaults.queueMode,
    queueDepthMax: poolDefaults.queueDepthMax,
  },
  scaler: { ...scalerDefaults },
  optimizer: { enabled: true, disabledRules: [] },
  simulatedWaitMs: 0,
  deadlineMs: null,
};

/** The settings after a change. Error `settings` names field, rule and value seen; nothing is changed then. */
export function changeSettings(current: EngineSettings, change: SettingsChange): EngineSettings {
  const next: EngineSettings = {
    cache: readCacheSettings({
      ...current.cache,
      ...change.cache,
      ttlMs: { ...current.cache.ttlMs, ...change.cache?.ttlMs },
      ttlRules: { ...current.cache.ttlRules, ...change.cache?.ttlRules },
    }),
    balancer: { ...current.balancer, ...change.balancer },
    scaler: { ...current.scaler, ...change.scaler },
    optimizer: { ...current.optimizer, ...change.optimizer },
    simulatedWaitMs: change.simulatedWaitMs ?? current.simulatedWaitMs,
    deadlineMs: change.deadlineMs === undefined ? current.deadlineMs : change.deadlineMs,
  };
  const problems = [
    ...scalerProblems(next.scaler),
    ...poolProblems(poolSettingsOf(next)),
    ...balancerProblems(ejectionSettingsOf(next)),
    ...rangeProblem('simulatedWaitMs', next.simulatedWaitMs, 0, SIMULATED_WAIT_MS_MAX),
    ...(next.deadlineMs === null
      ? []
      : rangeProblem('deadlineMs', next.deadlineMs, DEADLINE_MS_LIMITS.min, DEADLINE_MS_LIMITS.max)),
  ];
  if (!isRuleList(next.optimizer.disabledRules)) problems.push('optimizer.disabledRules must be a list of rule names');
  if (typeof next.optimizer.enabled !== 'boolean') problems.push('optimizer.enabled must be true or false');
  if (problems.length > 0) throw new AppError('settings', `${problems.join('. ')}.`);
  return next;
}

/** An idle worker that says nothing for this long is ejected, and given up after three times as long. */
const HEARTBEAT_TIMEOUT_MS = 5000;
/** Reads are safe to repeat; when many workers die at once, the second one may die too. */
export const ATTEMPTS_MAX = 5;

export function poolSettingsOf(settings: EngineSettings): PoolSettings {
  const { queueMode, queueDepthMax } = settings.balancer;
  return {
    ...poolDefaults,
    queueMode,
    queueDepthMax,
    attemptsMax: ATTEMPTS_MAX,
    heartbeatTimeoutMs: HEARTBEAT_TIMEOUT_MS,
  };
}

export function ejectionSettingsOf(settings: EngineSettings): EjectionSettings {
  return { ...balancerDefaults, picker: settings.balancer.picker };
}

/** Kept settings of an older version, or of a broken store, must never stop the lab from opening. */
export function settingsFromStore(kept: unknown): EngineSettings {
  try {
    return changeSettings(engineDefaults, kept as SettingsChange);
  } catch {
    return engineDefaults;
  }
}

function rangeProblem(field: string, value: unknown, min: number, max: number): string[] {
  if (typeof value === 'number' && value >= min && value <= max) return [];
  return [`${field} must be a number in [${min}, ${max}], got ${String(value)}`];
}

function isRuleList(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
