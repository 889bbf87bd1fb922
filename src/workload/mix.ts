/** What each request of a plan is: a read or a write, and which key it is about. Streams of chance apart from the arrivals'. */
import type { Random } from '../core/ports.ts';
import type { LoadPlan } from './settings.ts';
import { ZipfSampler } from './zipf.ts';

export class RequestMix {
  readonly #writeShare: number;
  readonly #keys: ZipfSampler;
  readonly #kindRandom: Random;
  readonly #keyRandom: Random;

  /** `keyCount` keys; 0 is the most popular one. */
  constructor(plan: LoadPlan, keyCount: number, random: Random) {
    this.#writeShare = plan.writeShare;
    this.#keys = new ZipfSampler(keyCount, plan.zipfExponent);
    this.#kindRandom = random.fork('kind');
    this.#keyRandom = random.fork('key');
  }

  nextIsWrite(): boolean {
    return this.#kindRandom.next() < this.#writeShare;
  }

  nextKey(): number {
    return this.#keys.next(this.#keyRandom);
  }
}
