import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/core/random.ts';
import { STRATEGY_NAMES } from '../../../../src/cache/catalogue.ts';
import { optimalHits } from '../../../../src/cache/optimal/optimal.ts';
import { STRATEGY_REGISTRY } from '../../../../src/cache/strategies/registry.ts';
import { ShadowCache } from '../../../../src/cache/strategies/shadows.ts';
import type { Strategy } from '../../../../src/cache/strategies/strategy.ts';
import { zipfKeys } from '../traces.ts';

describe.each(STRATEGY_NAMES)('%s keeps the contract', (name) => {
  const create = (): Strategy => STRATEGY_REGISTRY[name].create();

  it('names resident victims only, reuses slots, forgets nothing and keeps nothing', () => {
    const step = fc.record({
      act: fc.constantFrom('insert', 'insert', 'insert', 'hit', 'evict', 'invalidate', 'reweigh', 'shrink'),
      pick: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 100, maxLength: 200, size: 'max' }), (steps) => {
        const strategy = create();
        strategy.setCapacity(1000, 0);
        const resident = new Map<number, number>(); // slot -> key hash
        const free: number[] = [];
        let issued = 0;
        steps.forEach(({ act, pick }, nowMs) => {
          const slots = [...resident.keys()];
          const slot = slots[pick % Math.max(1, slots.length)];
          if (act === 'insert') {
            const hash = pick % 50;
            if ([...resident.values()].includes(hash)) return;
            strategy.onMiss(hash);
            if (!strategy.admit(hash, 1 + (pick % 7), 1, nowMs)) return;
            const taken = free.pop() ?? issued++;
            strategy.onInsert(taken, hash, 1 + (pick % 7), 1, nowMs, nowMs + 100 + (pick % 50));
            resident.set(taken, hash);
          } else if (act === 'shrink') strategy.setCapacity(1 + (pick % 40), nowMs);
          else if (slot === undefined) return;
          else if (act === 'hit') strategy.onHit(slot, nowMs);
          else if (act === 'reweigh') strategy.onReweigh(slot, 1 + (pick % 9), nowMs);
          else {
            const leaving = act === 'evict' ? strategy.victim(nowMs) : slot;
            expect(resident.has(leaving)).toBe(true);
            strategy.onRemove(leaving, act === 'evict' ? 'size' : 'invalidated');
            resident.delete(leaving);
            free.push(leaving);
          }
          expect(strategy.order().toSorted((a, b) => a - b)).toEqual([...resident.keys()].toSorted((a, b) => a - b));
        });
        // It can be emptied to the last slot, and the order is the one in which it gives them up.
        while (resident.size > 0) {
          const leaving = strategy.victim(0);
          expect(leaving).toBe(strategy.order().at(-1));
          strategy.onRemove(leaving, 'size');
          expect(resident.delete(leaving)).toBe(true);
        }
      }),
      { seed: 21, numRuns: 25 },
    );
  });

  it('never holds more than the capacity, and its total is the sum of its parts', () => {
    const random = createRandom(22);
    const cache = new ShadowCache(create(), 5000);
    let heaviest = 0;
    const weights = Float64Array.from({ length: 400 }, () => 1 + random.below(900));
    for (const key of zipfKeys(random, 400, 20_000)) {
      cache.access(key, weights[key], 1, 0);
      heaviest = Math.max(heaviest, cache.weight);
    }
    expect(heaviest).toBeLessThanOrEqual(5000);
    const held = weights.reduce((sum, weight, key) => sum + (cache.has(key) ? weight : 0), 0);
    expect(cache.weight).toBe(held);
    cache.setCapacity(700, 0);
    expect(cache.weight).toBeLessThanOrEqual(700);
  });

  it('is never better than the clairvoyant', () => {
    for (const capacity of [1, 7, 60, 200]) {
      const keys = zipfKeys(createRandom(capacity), 300, 8000);
      const cache = new ShadowCache(create(), capacity);
      const hits = keys.reduce((sum, key) => sum + (cache.access(key, 1, 1, 0) ? 1 : 0), 0);
      expect(hits).toBeLessThanOrEqual(optimalHits(keys, capacity));
    }
  });

  it('takes nothing in at capacity 0, and nothing heavier than the capacity', () => {
    const none = new ShadowCache(create(), 0);
    expect([none.access(1, 1, 1, 0), none.access(1, 1, 1, 0), none.size]).toEqual([false, false, 0]);
    const small = new ShadowCache(create(), 10);
    small.access(1, 4, 1, 0);
    small.access(2, 11, 1, 0);
    expect([small.has(1), small.has(2), small.weight]).toEqual([true, false, 4]);
  });
});
