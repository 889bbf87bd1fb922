/** The databases on which candidates of the same needs are tried, with what the query as typed gives on each, and whether that tells anything. */
import { createRandom, hashText } from '../../core/random.ts';
import type { Parameters } from '../../database/protocol.ts';
import type { Precondition } from '../rules/rule.ts';
import type { Mutant } from './mutants.ts';
import { Needs } from './needs.ts';
import { Noticed } from './noticed.ts';
import { outcomeOf, type Outcome } from './outcome.ts';
import { Sequence, type Setting } from './sequence.ts';
import type { World, Worlds } from './worlds.ts';

/** One database, the values bound, and what the query as typed gives there. */
export interface Trial extends Setting {
  before: Outcome;
}

export class Trials {
  readonly needs: Needs;
  readonly noticed: Noticed;
  /** Whose result the rows brought about. */
  telling = 0;
  failed = 0;
  /** Left out because they break what the rewrite needs. */
  skipped = 0;
  readonly #sql: string;
  readonly #parameters: Parameters;
  readonly #worlds: Worlds;
  readonly #sequence: Sequence;
  readonly #settings: Generator<Setting>;
  readonly #made: Trial[] = [];
  #emptyKey: string | null = null;

  /** `likely`: databases that were made for the query. */
  constructor(
    sql: string,
    parameters: Parameters,
    worlds: Worlds,
    likely: readonly World[],
    preconditions: readonly Precondition[],
    mutants: readonly Mutant[],
  ) {
    this.#sql = sql;
    this.#parameters = parameters;
    this.#worlds = worlds;
    this.needs = new Needs(worlds, preconditions);
    this.noticed = new Noticed(worlds.sandbox, parameters, mutants);
    this.#sequence = new Sequence(worlds, this.needs, parameters, createRandom(hashText(sql, 0x01000193)));
    this.#settings = this.#sequence.settings(likely);
  }

  /** The number of databases that are all there are of their kind; null where those are only sampled. */
  get complete(): number | null {
    return this.#sequence.complete;
  }

  /** The trial of this number with its database filled, or null when there are no more. */
  at(number: number): Trial | null {
    const known = this.#made[number];
    if (known) {
      this.#worlds.fill(known.world);
      return known;
    }
    for (let next = this.#settings.next(); !next.done; next = this.#settings.next()) {
      const { world, parameters } = next.value;
      this.#worlds.fill(world);
      if (!this.needs.hold()) {
        this.skipped++;
        continue;
      }
      const trial = { world, parameters, before: outcomeOf(this.#worlds.sandbox, this.#sql, parameters) };
      this.#made.push(trial);
      this.#learn(trial);
      return trial;
    }
    return null;
  }

  #learn({ world, parameters, before }: Trial): void {
    if ('error' in before) {
      this.failed++;
      return;
    }
    if (parameters !== this.#parameters) return;
    this.#emptyKey ??= before.key;
    const tells = before.key !== this.#emptyKey;
    if (tells) this.telling++;
    const shows = this.noticed.look(this.telling === 0 ? this.#emptyKey : null);
    if (tells || shows) this.#sequence.learn(world);
  }
}
