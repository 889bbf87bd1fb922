/** The strategies by name. Menus, tests, benches and the switch in a running cache all read this list. */
import type { StrategyName } from '../catalogue.ts';
import { Adaptive } from './adaptive.ts';
import { Fifo } from './fifo.ts';
import { Gdsf } from './gdsf.ts';
import { Lfu } from './lfu.ts';
import { Lirs } from './lirs.ts';
import { Lru } from './lru.ts';
import { S3Fifo } from './s3-fifo.ts';
import { Sieve } from './sieve.ts';
import { Ttl } from './ttl.ts';
import { WTinyLfu } from './w-tinylfu.ts';
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
