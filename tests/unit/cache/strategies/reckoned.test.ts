import { describe, expect, it } from 'vitest';
import type { Random } from '../../../../src/core/ports.ts';
import { createRandom } from '../../../../src/core/random.ts';
import type { StrategyName } from '../../../../src/cache/catalogue.ts';
import { STRATEGY_REGISTRY } from '../../../../src/cache/strategies/registry.ts';
import type { Strategy } from '../../../../src/cache/strategies/strategy.ts';
import { ShadowCache } from '../../../../src/cache/strategies/shadows.ts';
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

describe('FIFO', () => {
  it('gives up what came first, used or not', () => {
    expect(play('fifo', 3, 'abcadac')).toBe('abcAdaC');
  });
});

describe('TTL, with times to live that differ', () => {
  it('gives up whose time is over first', () => {
    const strategy: Strategy = STRATEGY_REGISTRY.ttl.create();
    [300, 100, 200].forEach((expiresMs, slot) => strategy.onInsert(slot, slot, 1, 1, 0, expiresMs));
    expect(strategy.order()).toEqual([0, 2, 1]);
    strategy.onRemove(1, 'size');
    expect(strategy.victim(0)).toBe(2);
  });
});

describe('SIEVE', () => {
  it('passes over marked slots once, from where the hand stands', () => {
    // a b c d fill it, a is marked. e: the hand takes a's mark and evicts b. f: the hand goes on from there and evicts c, although a,
    // the oldest, has no mark any longer. a is still there.
    expect(play('sieve', 4, 'abcdaefa')).toBe('abcdAefA');
    // Once round, it comes to a: g evicts d, h evicts e, i evicts f, and so on to the newest; then a.
    expect(play('sieve', 4, 'abcdaefghia')).toBe('abcdAefghiA');
  });
});

describe('S3-FIFO', () => {
  it('lets what is used once pass through, and takes back what it remembers', () => {
    // Ten slots, one of them the small queue's share. a is used twice more, so it moves to the main queue when its turn comes. The other
    // letters pass: with k the small queue holds b..k less the first evicted, b. b comes back while remembered: straight to the main queue.
    expect(play('s3-fifo', 10, 'aaabcdefghijka')).toBe('aAAbcdefghijkA');
    expect(play('s3-fifo', 10, 'aaabcdefghijkbclmnopqrb')).toBe('aAAbcdefghijkbclmnopqrB');
    expect(play('lru', 10, 'aaabcdefghijkbclmnopqrstb')).toBe('aAAbcdefghijkBClmnopqrstb');
  });
});

describe('LIRS', () => {
  it('keeps its own part of a loop that is longer than the cache', () => {
    // Ten slots, loop of twelve: nine (99 % of ten, whole entries) stay, so that every round hits nine of twelve. LRU hits none.
    const loop = 'abcdefghijkl'.repeat(4);
    expect(play('lirs', 10, loop).slice(12)).toBe('ABCDEFGHIjkl'.repeat(3));
    expect(play('lru', 10, loop)).toBe(loop);
  });

  it('gives a place to a key that comes back sooner than the kept ones do', () => {
    // x comes twice within the span of the kept ones: the second time it takes the place of the one that was used the longest ago, a.
    const strategy = STRATEGY_REGISTRY.lirs.create();
    const cache = new ShadowCache(strategy, 4);
    for (const key of [1, 2, 3, 9, 9]) cache.access(key, 1, 1, 0);
    for (const key of [20, 21, 22, 23]) cache.access(key, 1, 1, 0); // they pass through the rest
    expect([1, 2, 3, 9].map((key) => cache.has(key))).toEqual([false, true, true, true]);
  });

  it('keeps room for one on trial where 1 % of the bytes is less than an entry', () => {
    // Ten entries of 100 bytes in 1,000: 1 % is 10 bytes. As with ten slots, nine of a loop of twelve stay.
    const cache = new ShadowCache(STRATEGY_REGISTRY.lirs.create(), 1000);
    const hits = Array.from({ length: 48 }, (_, at) => cache.access(at % 12, 100, 1, at));
    expect(hits.slice(12).filter(Boolean)).toHaveLength(3 * 9);
  });
});

describe('W-TinyLFU', () => {
  it('does not let a scan push out what is used often', () => {
    const cache = new ShadowCache(STRATEGY_REGISTRY['w-tinylfu'].create(), 20);
    for (let round = 0; round < 5; round++) for (let key = 0; key < 19; key++) cache.access(key, 1, 1, 0);
    for (let key = 1000; key < 1500; key++) cache.access(key, 1, 1, 0);
    const kept = Array.from({ length: 19 }, (_, key) => key).filter((key) => cache.has(key));
    expect(kept.length).toBeGreaterThan(13); // a few lose to a chance collision of the sketch; LRU keeps none
  });

  it('asks a heavy newcomer to beat all that it would push out', () => {
    const cache = new ShadowCache(STRATEGY_REGISTRY['w-tinylfu'].create(), 100);
    for (let round = 0; round < 3; round++) for (let key = 0; key < 10; key++) cache.access(key, 10, 1, 0);
    // It takes the room of five on trial. Then, asked for four times against three of each other one, it must leave all the same: to
    // stay, it would have to beat five of them together.
    for (let round = 0; round < 4; round++) cache.access(77, 50, 1, 0);
    const others = (): number => Array.from({ length: 10 }, (_, key) => cache.has(key)).filter(Boolean).length;
    const before = others();
    cache.access(78, 10, 1, 0);
    expect([cache.has(77), before, others()]).toEqual([false, 5, 5]);
  });
});

describe('GDSF', () => {
  it('keeps what saves the most time per byte', () => {
    const strategy = STRATEGY_REGISTRY.gdsf.create();
    const cache = new ShadowCache(strategy, 100);
    cache.access(1, 50, 10, 0); // 0.2 ms a byte
    cache.access(2, 25, 10, 0); // 0.4
    cache.access(3, 25, 1, 0); // 0.04
    cache.access(4, 20, 1, 0); // 3 leaves: its age is 0.04 now, 4 enters at 0.09
    expect([1, 2, 3, 4].map((key) => cache.has(key))).toEqual([true, true, false, true]);
    cache.access(1, 50, 10, 0); // two uses: 0.04 + 0.4
    cache.access(5, 25, 1, 0); // 4 leaves
    cache.access(6, 30, 9, 0); // 5 leaves, and then 2, which promises 0.4 against 0.44
    expect([1, 2, 4, 5, 6].map((key) => cache.has(key))).toEqual([true, false, false, false, true]);
  });
});

describe('Adaptive', () => {
  const drifting = (random: Random): Uint32Array =>
    Uint32Array.from({ length: 60_000 }, (_, at) => 100_000 + Math.floor(at / 6) + random.below(90));
  const loop = Uint32Array.from({ length: 30_000 }, (_, at) => 1_000_000 + (at % 150));
  const singles = ['lru', 's3-fifo', 'lirs'] as const;

  it('comes within a point of the best single strategy, whichever that is', () => {
    const random = createRandom(31);
    for (const keys of [zipfKeys(random, 20_000, 60_000), drifting(random), loop]) {
      const best = Math.max(...singles.map((name) => hitRatio(name, 100, keys)));
      expect(hitRatio('adaptive', 100, keys)).toBeGreaterThan(best - 0.01);
    }
  });

  it('turns with the stream', () => {
    const keys = Uint32Array.from([...drifting(createRandom(34)), ...loop, ...drifting(createRandom(35))]);
    const best = Math.max(...singles.map((name) => hitRatio(name, 100, keys)));
    expect(hitRatio('adaptive', 100, keys)).toBeGreaterThan(best + 0.05);
  });

  it('tells whom it follows, and stays with him on a steady stream', () => {
    const adaptive = STRATEGY_REGISTRY.adaptive.create();
    const cache = new ShadowCache(adaptive, 100);
    expect(adaptive.report()).toMatchObject({ leader: 'lirs', switches: 0, recentHitRatio: { lru: 0 } });
    for (const key of drifting(createRandom(32))) cache.access(key, 1, 1, 0);
    const report = adaptive.report();
    expect(report?.leader).not.toBe('lirs');
    expect(report?.switches).toBeLessThanOrEqual(3);
    expect(report?.recentHitRatio.lru).toBeGreaterThan((report?.recentHitRatio.lirs ?? 1) + 0.1);
  });

  it('goes by size as soon as sizes differ, and keeps many small ones rather than few large', () => {
    const random = createRandom(36);
    const keys = zipfKeys(random, 2000, 40_000);
    const weights = Float64Array.from({ length: 2000 }, () => 2 ** random.below(10));
    const ratioOf = (name: StrategyName): number => {
      const cache = new ShadowCache(STRATEGY_REGISTRY[name].create(), 10_000);
      return keys.reduce((hits, key) => hits + (cache.access(key, weights[key], 1, 0) ? 1 : 0), 0) / keys.length;
    };
    expect(ratioOf('adaptive')).toBeGreaterThan(Math.max(...singles.map(ratioOf)) + 0.05);
    expect(ratioOf('adaptive')).toBeGreaterThan(ratioOf('gdsf') - 0.005);
  });

  it('counts the time that a hit saves', () => {
    const random = createRandom(37);
    // Every fourth key costs a hundred times as much as the others.
    const savedBy = (name: StrategyName): number => {
      const cache = new ShadowCache(STRATEGY_REGISTRY[name].create(), 100);
      let savedMs = 0;
      for (const key of zipfKeys(random.fork('keys'), 1000, 40_000)) {
        const costMs = key % 4 === 0 ? 100 : 1;
        if (cache.access(key, 1, costMs, 0)) savedMs += costMs;
      }
      return savedMs;
    };
    expect(savedBy('adaptive')).toBeGreaterThan(1.05 * Math.max(...singles.map(savedBy)));
  });

  it('remembers, within bounds, keys that it has given up', () => {
    const adaptive = STRATEGY_REGISTRY.adaptive.create();
    const cache = new ShadowCache(adaptive, 10);
    for (let key = 0; key < 20_000; key++) cache.access(key, 1, 1, 0);
    const ghosts = adaptive.ghosts(1e9);
    expect(ghosts.length).toBeLessThanOrEqual(1100);
    expect(ghosts.some((key) => cache.has(key))).toBe(false);
    expect(adaptive.ghosts(5)).toEqual(ghosts.slice(0, 5));
  });
});
