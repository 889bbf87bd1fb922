import { describe, expect, it } from 'vitest';
import { DEFAULT_CACHE_SETTINGS, readCacheSettings } from '../../../src/cache/settings.ts';

describe('readCacheSettings', () => {
  it('fills what is absent with defaults', () => {
    expect(readCacheSettings({})).toEqual(DEFAULT_CACHE_SETTINGS);
    expect(readCacheSettings({ strategy: 'lfu', ttlMs: { join: 5000 } })).toEqual({
      ...DEFAULT_CACHE_SETTINGS,
      strategy: 'lfu',
      ttlMs: { ...DEFAULT_CACHE_SETTINGS.ttlMs, join: 5000 },
    });
  });

  it.each([
    [{ capacityBytes: 0 }, 'capacityBytes must be an integer in [4096, 4294967296], got 0.'],
    [{ capacityBytes: -1 }, 'capacityBytes must be an integer in [4096, 4294967296], got -1.'],
    [{ capacityBytes: NaN }, 'capacityBytes must be an integer in [4096, 4294967296], got NaN.'],
    [{ capacityBytes: 5000.5 }, 'capacityBytes must be an integer in [4096, 4294967296], got 5000.5.'],
    [{ capacityBytes: Infinity }, 'capacityBytes must be an integer in [4096, 4294967296], got Infinity.'],
    [{ capacityBytes: '8192' }, 'capacityBytes must be an integer in [4096, 4294967296], got "8192".'],
    [{ ttlMs: { point: 0 } }, 'ttlMs.point must be an integer in [100, 604800000], got 0.'],
    [{ ttlMs: { join: -1 } }, 'ttlMs.join must be an integer in [100, 604800000], got -1.'],
    [{ ttlMs: { range: NaN } }, 'ttlMs.range must be an integer in [100, 604800000], got NaN.'],
    [{ ttlMs: { range: 100.5 } }, 'ttlMs.range must be an integer in [100, 604800000], got 100.5.'],
    [{ ttlMs: { aggregate: Infinity } }, 'ttlMs.aggregate must be an integer in [100, 604800000], got Infinity.'],
    [{ ttlMs: { all: 1000 } }, 'ttlMs has no setting all; it has point, range, join, aggregate.'],
    [{ staleMs: -1 }, 'staleMs must be an integer in [0, 3600000], got -1.'],
    [{ staleMs: Infinity }, 'staleMs must be an integer in [0, 3600000], got Infinity.'],
    [{ staleMs: 0.5 }, 'staleMs must be an integer in [0, 3600000], got 0.5.'],
    [{ ttlRules: { quietMs: 0 } }, 'ttlRules.quietMs must be an integer in [100, 604800000], got 0.'],
    [{ ttlRules: { constantMs: NaN } }, 'ttlRules.constantMs must be an integer in [100, 604800000], got NaN.'],
    [{ ttlRules: { quietAfterMs: 999 } }, 'ttlRules.quietAfterMs must be an integer in [1000, 86400000], got 999.'],
    [
      { ttlRules: { busyWritesPerMinute: Infinity } },
      'ttlRules.busyWritesPerMinute must be a number in [0.1, 100000], got Infinity.',
    ],
    [{ ttlRules: { busyPauses: '3' } }, 'ttlRules.busyPauses must be a number in [0.1, 100], got "3".'],
    [{ ttlRules: { busy: 'yes' } }, 'ttlRules.busy must be true or false, got "yes".'],
    [{ ttlRules: { volatile: true } }, /^ttlRules has no setting volatile; it has constant, /],
    [{ ttlMs: 5 }, 'ttlMs must be an object of settings, got 5.'],
    [{ ttlJitterRatio: NaN }, 'ttlJitterRatio must be a number in [0, 0.5], got NaN.'],
    [
      { strategy: 'mru' },
      'strategy must be one of fifo, lru, lfu, ttl, sieve, s3-fifo, lirs, w-tinylfu, gdsf, adaptive, got "mru".',
    ],
    [{ enabled: null }, null],
    [{ enabled: 1 }, 'enabled must be true or false, got 1.'],
    [{ size: 1 }, /^cache has no setting size; it has enabled, strategy/],
    [null, 'cache must be an object of settings, got null.'],
    [[], 'cache must be an object of settings, got [].'],
  ])('%j', (input, message) => {
    if (message === null) expect(readCacheSettings(input)).toEqual(DEFAULT_CACHE_SETTINGS);
    else expect(() => readCacheSettings(input)).toThrow(message);
  });
});
