/** The cache after a reload, beside one that was not reloaded, under each strategy. */
import { STRATEGY_NAMES, type StrategyName } from '../../src/cache/catalogue.ts';
import { list, number, UsageError, type Command } from '../command.ts';
import { warmStart, type WarmStart } from '../warm-start.ts';

export const command: Command = {
  name: 'warm-start',
  summary: 'hit ratio of the first requests after a reload, beside not having reloaded, under each strategy',
  options: [
    { name: 'before', type: 'number', default: 5000, help: 'requests before the reload, 1 to 1,000,000' },
    { name: 'after', type: 'number', default: 1000, help: 'requests after it, 1 to 1,000,000' },
    { name: 'strategies', type: 'list', default: [...STRATEGY_NAMES], help: 'names of strategies' },
    { name: 'capacity-bytes', type: 'number', default: 320_000, help: 'of the cache; 1,000 queries take about 1.2 MB' },
    { name: 'seed', type: 'number', default: 1, help: 'of the requests' },
  ],
  async run(options, progress) {
    const strategies = list(options, 'strategies');
    for (const name of strategies) {
      if (!STRATEGY_NAMES.includes(name as StrategyName))
        throw new UsageError(`--strategies knows ${STRATEGY_NAMES.join(', ')}; got ${name}.`);
    }
    const count = (name: string): number => {
      const value = number(options, name);
      if (!Number.isInteger(value) || value < 1 || value > 1_000_000)
        throw new UsageError(`--${name} must be a whole number from 1 to 1,000,000, got ${value}.`);
      return value;
    };
    const [before, after, seed] = [count('before'), count('after'), number(options, 'seed')];
    const capacityBytes = number(options, 'capacity-bytes');
    const found: WarmStart[] = [];
    for (const strategy of strategies as StrategyName[]) {
      const one = await warmStart(strategy, before, after, seed, capacityBytes);
      found.push(one);
      const { stayed, reloaded, cold } = one.hitRatio;
      const shown = [stayed, reloaded, cold].map((ratio) => (100 * ratio).toFixed(1)).join(', ');
      progress(`${strategy}: ${shown} % stayed, reloaded, cold; ${one.restored} of ${one.entries} entries back`);
    }
    return {
      before,
      after,
      seed,
      capacityBytes,
      worstLostPoints: Math.max(...found.map(({ lostPoints }) => lostPoints)),
      strategies: found,
    };
  },
};
