/** The load that the Cluster page would start next. Kept while pages come and go. */
import type { LoadSettings } from '../../engine/protocol.ts';
import { loadDefaults } from '../../workload/settings.ts';
import { SPIKE_LOAD, SPIKE_WAIT_MS } from './spike.svelte.ts';

/** Loads that each show one thing. A preset also sets the simulated I/O wait, because real cores are few. */
export const LOAD_PRESETS = [
  {
    id: 'calm',
    title: 'Calm',
    about: 'A few queries a second, no waiting: what an idle afternoon looks like.',
    plan: { shape: 'steady', ratePerS: 20, peakPerS: 20, durationMs: 60_000, writeShare: 0.02 },
    simulatedWaitMs: 0,
  },
  {
    id: 'spike',
    title: 'Spike',
    about:
      'Suddenly twelve times as many for a quarter of the time: lanes fill, the scaler adds workers, later they leave.',
    // Longer than the Lab's, so that the cooldowns can be watched too.
    plan: { ...SPIKE_LOAD, durationMs: 60_000 },
    simulatedWaitMs: SPIKE_WAIT_MS,
  },
  {
    id: 'wave',
    title: 'Wave',
    about: 'Three tides: watch whether the scaler follows, and how late.',
    plan: { shape: 'wave', ratePerS: 10, peakPerS: 160, durationMs: 120_000, writeShare: 0.05 },
    simulatedWaitMs: SPIKE_WAIT_MS,
  },
  {
    id: 'writes',
    title: 'Writes',
    about: 'Half of it writes: entries are invalidated, everything passes through the primary.',
    plan: { shape: 'steady', ratePerS: 60, peakPerS: 60, durationMs: 60_000, writeShare: 0.5 },
    simulatedWaitMs: 0,
  },
] as const satisfies readonly {
  id: string;
  title: string;
  about: string;
  plan: Partial<LoadSettings>;
  simulatedWaitMs: number;
}[];

export type LoadPreset = (typeof LOAD_PRESETS)[number];

class LoadPlanState {
  #plan = $state.raw<LoadSettings>(loadDefaults);

  get plan(): LoadSettings {
    return this.#plan;
  }

  change(change: Partial<LoadSettings>): LoadSettings {
    this.#plan = { ...this.#plan, ...change };
    return this.#plan;
  }
}

export const loadPlan = new LoadPlanState();
