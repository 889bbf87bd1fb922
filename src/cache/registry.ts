/** The strategies by name. Menus, tests, benches and the switch in a running cache all read this list. */
import type { StrategyName } from './catalogue.ts';
import { Adaptive } from './strategies/adaptive.ts';
import { Lfu } from './strategies/lfu.ts';
import { Lru } from './strategies/lru.ts';
import { Ttl } from './strategies/ttl.ts';
import type { Strategy } from './strategy.ts';

interface Registered {
  create(): Strategy;
  /** In which order residents are replayed into a fresh strategy: as last used, or as written. */
  replayBy: 'use' | 'write';
}

export const STRATEGY_REGISTRY = {
  lru: { create: () => new Lru(), replayBy: 'use' },
  lfu: { create: () => new Lfu(), replayBy: 'use' },
  ttl: { create: () => new Ttl(), replayBy: 'write' },
  adaptive: { create: () => new Adaptive(), replayBy: 'use' },
} as const satisfies Record<StrategyName, Registered>;
