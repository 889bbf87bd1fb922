/** Between the names that a coordinator reports and the metrics of the monitor: one translates, all others pass. */
import type { SampleSink } from '../core/ports.ts';

/**
 * Feeds `target`, renaming what `names` lists; a name mapped to null is dropped.
 * `createSink(series, { 'pool.waitMs': 'queueMs' })` is what a dispatcher is given.
 */
export function createSink(target: SampleSink, names: Readonly<Record<string, string | null>> = {}): SampleSink {
  const renamed = new Map(Object.entries(names));
  const nameOf = (metric: string): string | null => {
    const name = renamed.get(metric);
    return name === undefined ? metric : name;
  };
  return {
    observe: (metric, value, nowMs) => {
      const name = nameOf(metric);
      if (name !== null) target.observe(name, value, nowMs);
    },
    count: (metric, amount, nowMs) => {
      const name = nameOf(metric);
      if (name !== null) target.count(name, amount, nowMs);
    },
  };
}
