/** Names and one-line explanations of the queue modes, for menus. */
import type { QueueMode } from './settings.ts';

export const queueModeCatalogue: Record<QueueMode, { title: string; explanation: string }> = {
  shared: {
    title: 'One shared queue',
    explanation: 'Whoever is free takes the oldest job. Nobody waits behind a slow query while a worker is idle.',
  },
  'per-worker': {
    title: 'A queue per worker',
    explanation: 'The balancer chooses a worker on arrival, and the job stays there. This is where pickers differ.',
  },
};
