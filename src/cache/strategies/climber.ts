/**
 * A hill climber for one number (the adaptive window of Einziger, Eytan, Friedman and Manes, Middleware 2018): after each sample of requests
 * it steps on in the same direction while the hit ratio rises and turns when it falls. Steps shrink, and start afresh on a jump.
 */

const STEP = 0.0625;
const STEP_DECAY = 0.98;
/** A change of the hit ratio that means that the stream itself has changed. */
const JUMP = 0.05;

export class Climber {
  #hits = 0;
  #requests = 0;
  #before = 0;
  #step = STEP;

  /** One request; returns by which share of the capacity to move now, mostly 0. */
  observe(hit: boolean, sample: number): number {
    this.#requests++;
    if (hit) this.#hits++;
    if (this.#requests < sample) return 0;
    const ratio = this.#hits / this.#requests;
    const change = ratio - this.#before;
    const move = change >= 0 ? this.#step : -this.#step;
    this.#step = Math.abs(change) >= JUMP ? STEP * Math.sign(move) : move * STEP_DECAY;
    this.#before = ratio;
    this.#hits = this.#requests = 0;
    return move;
  }
}
