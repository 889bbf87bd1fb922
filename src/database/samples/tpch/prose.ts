/**
 * Comments as cuttings from one long text, as the specification's own are: two draws each, however long. Words may be cut at
 * both ends.
 */
import type { Random } from '../../../core/ports.ts';
import { PROSE } from './words.ts';

const POOL_LENGTH = 200_000;
const LONGEST = 200;

export class Prose {
  readonly #pool: string;

  constructor(random: Random) {
    const sentences: string[] = [];
    for (let length = 0; length < POOL_LENGTH + LONGEST;) {
      const sentence = `${PROSE.map((list) => list[random.below(list.length)]).join(' ')}. `;
      sentences.push(sentence);
      length += sentence.length;
    }
    this.#pool = sentences.join('');
  }

  /** `least` to `most` characters (at most 200). */
  text(least: number, most: number, random: Random): string {
    const start = random.below(POOL_LENGTH);
    return this.#pool.slice(start, start + least + random.below(most - least + 1));
  }
}
