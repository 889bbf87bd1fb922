/** The strategies by name. Menus, tests, benches and the switch in a running cache all read this list. */
import type { StrategyName } from './catalogue.ts';
import { Adaptive } from './strategies/adaptive.ts';
import { Fifo } from './strategies/fifo.ts';
import { Gdsf } from './strategies/gdsf.ts';
import { Lfu } from './strategies/lfu.ts';
import { Lirs } from './strategies/lirs.ts';
import { Lru } from './strategies/lru.ts';
import { S3Fifo } from './strategies/s3-fifo.ts';
import { Sieve } from './strategies/sieve.ts';
import { Ttl } from './strategies/ttl.ts';
import { WTinyLfu } from './strategies/w-tinylfu.ts';
import type { Strategy } from './strategy.ts';

interface Registered {
  create(): Strategy;
  /** In which order residents are replayed into a fresh strategy: as last used, or as written. */
  replayBy: 'use' | 'write';
}

export const STRATEGY_REGISTRY = {
  fifo: { create: () => new Fifo(), replayBy: 'write' },
  lru: { create: () => new Lru(), replayBy: 'use' },
  lfu: { create: () => new Lfu(), replayBy: 'use' },
  ttl: { create: () => new Ttl(), replayBy: 'write' },
  sieve: { create: () => new Sieve(), replayBy: 'write' },
  's3-fifo': { create: () => new S3Fifo(), replayBy: 'write' },
  lirs: { create: () => new Lirs(), replayBy: 'use' },
  'w-tinylfu': { create: () => new WTinyLfu(), replayBy: 'use' },
  gdsf: { create: () => new Gdsf(), replayBy: 'use' },
  adaptive: { create: () => new Adaptive(), replayBy: 'use' },
} as const satisfies Record<StrategyName, Registered>;
