import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.ts';
import type { StrategyName } from '../../../../src/cache/catalogue.ts';
import { STRATEGY_REGISTRY } from '../../../../src/cache/registry.ts';
import { ShadowCache } from '../../../../src/cache/shadows.ts';
import { zipfKeys } from '../traces.ts';

/** Requests as letters; hits come back as capitals. */
function play(name: StrategyName, capacity: number, requests: string): string {
  const cache = new ShadowCache(STRATEGY_REGISTRY[name].create(), capacity);
  return [...requests]
    .map((letter, at) => (cache.access(letter.charCodeAt(0), 1, 1, at) ? letter.toUpperCase() : letter))
    .join('');
}

function hitRatio(name: StrategyName, capacity: number, keys: Uint32Array): number {
  const cache = new ShadowCache(STRATEGY_REGISTRY[name].create(), capacity);
  return keys.reduce((hits, key) => hits + (cache.access(key, 1, 1, 0) ? 1 : 0), 0) / keys.length;
}

describe('LRU', () => {
  it('gives up what has gone unused the longest', () => {
    // a b c fill it; a is used; d pushes out b (order a c b -> d a c); b pushes out c (b d a); a is still there.
    expect(play('lru', 3, 'abcadba')).toBe('abcAdbA');
  });
});

describe('TTL', () => {
  it('gives up what was written first, used or not', () => {
    // a b c fill it; using a changes nothing: d pushes out a; a, written anew, pushes out b; c is still there.
    expect(play('ttl', 3, 'abcadac')).toBe('abcAdaC');
  });
});

describe('LFU, aged', () => {
  it('keeps what was used more often, and of equals the more recent', () => {
    // Priorities: a 3, b 2, c 1. d pushes out c (age 1) and enters at 1+1. c pushes out b: b and d are both at 2, b unused for longer.
    // So a is still there, and d; b is not.
    expect(play('lfu', 3, 'aaabbcdcad')).toBe('aAAbBcdcAD');
    expect(play('lfu', 3, 'aaabbcdcab')).toBe('aAAbBcdcAb');
  });

  it('lets yesterday’s favourites go', () => {
    // Two slots. a is used 4 times (priority 4). Each newcomer enters with the age (the priority of the last one evicted) + 1:
    // b at 0+1; c evicts b (age 1), enters at 2; d evicts c (age 2), at 3; e evicts d (age 3), at 4; f finds a and e both at 4
    // and evicts a, unused for longer. Counts alone would have kept a for ever.
    expect(play('lfu', 2, 'aaaabcdea')).toBe('aAAAbcdeA'); // up to e, a is there
    expect(play('lfu', 2, 'aaaabcdefa')).toBe('aAAAbcdefa'); // after f it is not
  });
});

describe('LFU, aged, at its highest count', () => {
  it('keeps the order when counts stop growing', () => {
    const strategy = STRATEGY_REGISTRY.lfu.create();
    for (const slot of [0, 1, 2]) strategy.onInsert(slot);
    for (let hit = 0; hit < 100; hit++) strategy.onHit(0); // 63 is the most that counts; 100 would wrap round to 37 in a ring of 64
    for (let hit = 0; hit < 50; hit++) strategy.onHit(1);
    expect(strategy.order()).toEqual([0, 1, 2]);
    expect(strategy.victim()).toBe(2);
  });
});

describe('Adaptive', () => {
  it('comes within a point of the better expert, whichever that is', () => {
    const random = createRandom(31);
    // Few favourites among many one-off keys suit LFU; a window of 90 keys that moves on suits LRU.
    const favourites = zipfKeys(random, 20_000, 60_000);
    const drifting = Uint32Array.from({ length: 60_000 }, (_, at) => 100_000 + Math.floor(at / 6) + random.below(90));
    for (const keys of [favourites, drifting]) {
      const [lru, lfu, adaptive] = (['lru', 'lfu', 'adaptive'] as const).map((name) => hitRatio(name, 100, keys));
      expect(adaptive).toBeGreaterThan(Math.max(lru, lfu) - 0.01);
    }
    expect(hitRatio('lfu', 100, favourites)).toBeGreaterThan(hitRatio('lru', 100, favourites) + 0.02);
  });

  it('tells whom it follows, and how often it changed its mind', () => {
    const adaptive = STRATEGY_REGISTRY.adaptive.create();
    const cache = new ShadowCache(adaptive, 100);
    expect(adaptive.report()).toEqual({ leader: 'lru', switches: 0, recentHitRatio: { lru: 0, lfu: 0 } });
    for (const key of zipfKeys(createRandom(32), 20_000, 30_000)) cache.access(key, 1, 1, 0);
    const report = adaptive.report();
    expect(report?.leader).toBe('lfu');
    expect(report?.switches).toBeLessThanOrEqual(3); // it does not flap
    expect(report?.recentHitRatio.lfu).toBeGreaterThan(report?.recentHitRatio.lru ?? 1);
  });

  it('holds what its leader holds, once it has followed for a while', () => {
    const adaptive = STRATEGY_REGISTRY.adaptive.create();
    const followed = new ShadowCache(adaptive, 100);
    const alone = new ShadowCache(STRATEGY_REGISTRY.lfu.create(), 100);
    const keys = zipfKeys(createRandom(33), 5000, 40_000);
    for (const key of keys) {
      followed.access(key, 1, 1, 0);
      alone.access(key, 1, 1, 0);
    }
    const shared = [...new Set(keys)].filter((key) => followed.has(key) && alone.has(key)).length;
    expect(adaptive.report()?.leader).toBe('lfu');
    expect(shared).toBe(100);
  });
});
