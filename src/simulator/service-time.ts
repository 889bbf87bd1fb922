/** Draws of service times, in milliseconds. */
import { exponential } from '../core/distributions.ts';
import type { Random } from '../core/ports.ts';
import type { ServiceTime } from './settings.ts';

/** A function that draws the next service time; chosen once, so that the hot path has no branch on the kind. */
export function serviceTimes(service: ServiceTime, random: Random): () => number {
  if (service.kind === 'constant') return () => service.meanMs;
  if (service.kind === 'exponential') return () => exponential(random) * service.meanMs;
  return () => (random.next() < service.longShare ? service.longMs : service.shortMs);
}
