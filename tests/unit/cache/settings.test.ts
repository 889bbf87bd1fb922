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
