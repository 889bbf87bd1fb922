/**
 * Smooth weighted round robin, the rule of NGINX: every pick adds each worker's effective weight to its credit, takes the largest
 * credit (the first of equals), and charges the winner the sum. Weights 5, 1, 1 give a a b a c a a, and all credits are 0 again.
 * A failure lowers the effective weight by weight / maxFails (whole part); each later pick gives 1 back.
 */
import type { WorkerView } from '../worker-view.ts';
import type { Picker } from './picker.ts';

export class SmoothWeighted implements Picker {
  readonly #maxFails: number;
  #credit = new Float64Array(0);
  #effective = new Float64Array(0);
  #weight = new Float64Array(0);
  #picked = -1;
  #winningCredit = 0;
  #total = 0;

  /** `maxFails` failures bring a worker's effective weight from full to nothing. */
  constructor(maxFails = 1) {
    this.#maxFails = maxFails;
  }

  pick(workers: WorkerView): number {
    this.#fit(workers);
    let total = 0;
    let best = -1;
    let bestCredit = 0;
    for (let worker = 0; worker < workers.capacity; worker++) {
      if (workers.eligiblePosition[worker] === -1) continue;
      const effective = this.#effective[worker];
      const credit = this.#credit[worker] + effective;
      this.#credit[worker] = credit;
      total += effective;
      if (effective < this.#weight[worker]) this.#effective[worker] = effective + 1;
      if (best === -1 || credit > bestCredit) {
        best = worker;
        bestCredit = credit;
      }
    }
    this.#credit[best] = bestCredit - total;
    this.#picked = best;
    this.#winningCredit = bestCredit;
    this.#total = total;
    return best;
  }

  report(worker: number, failed: boolean): void {
    if (!failed || worker >= this.#effective.length) return;
    const step = Math.floor(this.#weight[worker] / this.#maxFails);
    this.#effective[worker] = Math.max(0, this.#effective[worker] - step);
  }

  explain(): string {
    if (this.#picked === -1) return 'Weighted round robin: no pick yet';
    return `Weighted round robin: w${this.#picked}, largest credit ${this.#winningCredit}, then charged ${this.#total}`;
  }

  /** Follows the view: a worker with a new weight starts with that weight in full and no credit. */
  #fit(workers: WorkerView): void {
    if (this.#credit.length < workers.capacity) {
      this.#credit = new Float64Array(workers.capacity);
      this.#effective = new Float64Array(workers.capacity);
      this.#weight = new Float64Array(workers.capacity);
    }
    for (let worker = 0; worker < workers.capacity; worker++) {
      const weight = workers.weight[worker];
      if (weight === this.#weight[worker]) continue;
      this.#weight[worker] = weight;
      this.#effective[worker] = weight;
      this.#credit[worker] = 0;
    }
  }
}
