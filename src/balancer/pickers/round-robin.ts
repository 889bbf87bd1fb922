/** Round robin: the next eligible worker by number, then around again. */
import type { WorkerView } from '../worker-view.ts';
import type { Picker } from './picker.ts';

export class RoundRobin implements Picker {
  #last = -1;
  #before = -1;

  pick(workers: WorkerView): number {
    this.#before = this.#last;
    let worker = this.#last;
    do {
      worker++;
      if (worker >= workers.capacity) worker = 0;
    } while (workers.eligiblePosition[worker] === -1);
    this.#last = worker;
    return worker;
  }

  explain(): string {
    if (this.#last === -1) return 'Round robin: no pick yet';
    return this.#before === -1
      ? `Round robin: w${this.#last} begins`
      : `Round robin: w${this.#last}, the next after w${this.#before}`;
  }
}
