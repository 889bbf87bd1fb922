/**
 * The readings that scaling decisions are made from, and their bounds. A signal without data is null: it neither asks for more
 * workers nor stands for "all is well". The registry lists them in the order in which people read them.
 */
import type { ScalerSettings } from './settings.ts';

export interface ScaleSignals {
  /** Workers that take jobs, the ejected ones included: they come back. */
  ready: number;
  starting: number;
  /** Busy time over elapsed time of the last seconds, all ready workers together, 0..1. */
  cpuRatio: number | null;
  /** Memory of the pool over its budget; above 1 when it is over. */
  memoryRatio: number | null;
  /** Average response of the last seconds; null when nothing was answered. */
  responseMs: number | null;
  /** Jobs waiting now. */
  queueDepth: number | null;
}

export type SignalName = 'cpuRatio' | 'memoryRatio' | 'responseMs' | 'queueDepth';

interface SignalRule {
  title: string;
  /** The bound above which the pool grows. */
  bound(settings: ScalerSettings): number;
  /** A reading as people read it: `92 %`, `1.4 s`. */
  show(value: number): string;
  /** Without this reading no worker may leave. */
  neededToShrink: boolean;
}

export const signalRules = {
  cpuRatio: { title: 'CPU', bound: (settings) => settings.cpuRatioMax, show: percent, neededToShrink: true },
  memoryRatio: { title: 'memory', bound: (settings) => settings.memoryRatioMax, show: percent, neededToShrink: false },
  responseMs: {
    title: 'average response',
    bound: (settings) => settings.responseMsMax,
    show: duration,
    neededToShrink: false,
  },
  queueDepth: {
    title: 'queue',
    bound: (settings) => settings.queueDepthMax,
    show: (value) => String(Math.round(value)),
    neededToShrink: true,
  },
} as const satisfies Record<SignalName, SignalRule>;

export const signalNames = Object.keys(signalRules) as SignalName[];

function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}

export function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;
}
