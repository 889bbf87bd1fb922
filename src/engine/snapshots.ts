/** Snapshots for the page: at the pace that it asked for, at most ten a second, and none while nobody listens. */
import type { Engine } from './engine.ts';
import type { EngineSnapshot } from './protocol.ts';
import { snapshotOf } from './readings.ts';

export const SNAPSHOTS_PER_S_MAX = 10;

export class SnapshotEmitter {
  readonly #engine: Engine;
  readonly #emit: (snapshot: EngineSnapshot) => void;
  #stop: () => void = () => {};

  constructor(engine: Engine, emit: (snapshot: EngineSnapshot) => void) {
    this.#engine = engine;
    this.#emit = emit;
  }

  /** 0 stops. Returns the present state at once. */
  watch(perSecond: number): EngineSnapshot {
    this.#stop();
    this.#stop = () => {};
    const pace = Math.min(SNAPSHOTS_PER_S_MAX, perSecond);
    if (pace > 0) this.#stop = this.#engine.timers.every(1000 / pace, () => this.#emit(snapshotOf(this.#engine)));
    return snapshotOf(this.#engine);
  }
}
