/** Names and one-line explanations of the signals, for menus and the scaler's log. */
import type { SignalName } from './signals.ts';

export const signalCatalogue: Record<SignalName, { title: string; explanation: string }> = {
  cpuRatio: {
    title: 'CPU',
    explanation: 'Busy time over elapsed time of the last 5 seconds, all ready workers together.',
  },
  memoryRatio: { title: 'Memory', explanation: 'Bytes held by the pool over its budget.' },
  responseMs: { title: 'Response', explanation: 'Average of the last 5 seconds, waiting included.' },
  queueDepth: { title: 'Queue', explanation: 'Jobs that wait for a worker now.' },
};
