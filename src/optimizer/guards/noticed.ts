/** Which conditions of the query have shown on some database, when they were left out. */
import type { Parameters } from '../../database/protocol.ts';
import type { Sandbox } from '../sandbox.ts';
import type { Mutant } from './mutants.ts';
import { outcomeOf } from './outcome.ts';

/** Databases in which conditions are left out, to see whether that shows. */
const LOOKS_MAX = 500;
/** After so many without a sign, conditions are also tried alone, and by their parts. */
const LOOKS_PLAIN = 60;

export class Noticed {
  readonly #sandbox: Sandbox;
  readonly #parameters: Parameters;
  readonly #mutants: readonly Mutant[];
  readonly #unnoticed: Set<Mutant>;
  /** Parts, or conditions without such, that have shown. */
  readonly #seenParts = new Set<Mutant>();
  /** Conditions without which there would have been another result than the one that never changed. */
  readonly #decisive = new Set<Mutant>();
  #looks = 0;

  constructor(sandbox: Sandbox, parameters: Parameters, mutants: readonly Mutant[]) {
    this.#sandbox = sandbox;
    this.#parameters = parameters;
    this.#mutants = mutants;
    this.#unnoticed = new Set(mutants);
  }

  get count(): number {
    return this.#mutants.length;
  }

  /** Conditions of which no database tells whether they are there. */
  get missing(): string[] {
    return [...this.#unnoticed].map((one) => one.condition);
  }

  /** Of a query whose result never changed: its conditions exclude each other, yet each of them shows. An empty result is what it means. */
  get contradicts(): boolean {
    return this.#unnoticed.size === 0 && this.#decisive.size >= 2;
  }

  /** Leaves conditions out on the database at hand. `constant`: the key of the result where it has been the same so far. Whether something new showed. */
  look(constant: string | null): boolean {
    if ((this.#unnoticed.size === 0 && (constant === null || this.contradicts)) || this.#looks >= LOOKS_MAX)
      return false;
    const thorough = this.#looks++ >= LOOKS_PLAIN;
    let shows = false;
    for (const mutant of this.#unnoticed) {
      const seen =
        this.#differ(mutant.left) || (thorough && (this.#differ(mutant.alone) || this.#showsInParts(mutant)));
      if (!seen) continue;
      this.#unnoticed.delete(mutant);
      shows = true;
    }
    if (constant !== null && thorough) {
      for (const one of this.#mutants.flatMap((mutant) => (mutant.parts.length > 0 ? mutant.parts : [mutant]))) {
        if (this.#decisive.has(one) || this.#keyOf(one.left[0]) === constant) continue;
        this.#decisive.add(one);
        shows = true;
      }
    }
    return shows;
  }

  #showsInParts({ parts }: Mutant): boolean {
    for (const part of parts) if (!this.#seenParts.has(part) && this.#differ(part.left)) this.#seenParts.add(part);
    return parts.length > 0 && parts.every((part) => this.#seenParts.has(part));
  }

  #differ([one, other]: Mutant['left']): boolean {
    const [a, b] = [this.#keyOf(one), this.#keyOf(other)];
    return a !== null && b !== null && a !== b;
  }

  #keyOf(sql: string): string | null {
    const outcome = outcomeOf(this.#sandbox, sql, this.#parameters);
    return 'error' in outcome ? null : outcome.key;
  }
}
