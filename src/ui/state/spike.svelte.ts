/** One press of Spike: a short real load with a simulated I/O wait, because CPU-bound work cannot scale past a laptop's cores. */
import { createContext } from 'svelte';
import type { LoadSettings } from '../../engine/client.ts';
import { loadDefaults } from '../../workload/settings.ts';
import { announcer } from './announcer.svelte.ts';
import type { EngineState } from './engine.svelte.ts';

export const SPIKE_LOAD: LoadSettings = {
  ...loadDefaults,
  shape: 'spike',
  ratePerS: 20,
  peakPerS: 240,
  durationMs: 20_000,
  writeShare: 0.02,
};
/** With this wait one worker answers at most 50 a second. */
export const SPIKE_WAIT_MS = 20;
/** How long the page looks on after the load, for the workers that leave again. */
const LOOK_MS = 250;

export class SpikeState {
  readonly #engine: EngineState;
  #phase = $state.raw<'idle' | 'running' | 'done'>('idle');
  #mostReady = $state.raw(0);
  #firstReady = $state.raw(0);
  #problem = $state.raw<string | null>(null);

  constructor(engine: EngineState) {
    this.#engine = engine;
  }

  get phase(): 'idle' | 'running' | 'done' {
    return this.#phase;
  }
  /** Ready workers at the start, and the most at once since. */
  get firstReady(): number {
    return this.#firstReady;
  }
  get mostReady(): number {
    return this.#mostReady;
  }
  get problem(): string | null {
    return this.#problem;
  }

  /** Runs to the end of the load; the wait that was set before comes back. */
  async start(): Promise<void> {
    if (this.#phase === 'running') return;
    const { client } = this.#engine;
    const waitMs = this.#engine.settings?.simulatedWaitMs ?? 0;
    this.#phase = 'running';
    this.#problem = null;
    this.#firstReady = this.#mostReady = this.readyNow();
    try {
      await this.#engine.changeSettings({ simulatedWaitMs: SPIKE_WAIT_MS });
      await client.call.startLoad(SPIKE_LOAD);
      await this.#untilDone();
      announcer.say(`The spike is over: workers went from ${this.#firstReady} to ${this.#mostReady}.`);
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
    } finally {
      await this.#engine.changeSettings({ simulatedWaitMs: waitMs }).catch(() => undefined);
      this.#phase = 'done';
    }
  }

  async stop(): Promise<void> {
    await this.#engine.client.call.stopLoad({});
  }

  readyNow(): number {
    const workers = this.#engine.snapshot?.workers ?? [];
    return workers.filter((worker) => worker.role !== 'spare' && worker.state === 'ready').length;
  }

  #untilDone(): Promise<void> {
    let seen = false;
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        const snapshot = this.#engine.snapshot;
        this.#mostReady = Math.max(this.#mostReady, this.readyNow());
        const running = snapshot?.load?.running ?? false;
        seen ||= running;
        if ((seen && !running) || this.#engine.phase === 'failed') {
          clearInterval(timer);
          resolve();
        }
      }, LOOK_MS);
    });
  }
}

export const [getSpike, setSpike] = createContext<SpikeState>();
