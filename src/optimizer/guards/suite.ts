/** The small databases of one query: candidates that need the same of the data share their trials. */
import { createRandom, hashText } from '../../core/random.ts';
import type { Parameters } from '../../database/protocol.ts';
import { restsOn, type Precondition } from '../rules/rule.ts';
import { messageOf } from '../sandbox.ts';
import { touchedTables } from './domains.ts';
import type { GuardContext, Statement } from './guard.ts';
import { likelyWorlds } from './likely-worlds.ts';
import { mutantsOf, type Mutant } from './mutants.ts';
import { valuesOf } from './outcome.ts';
import { withSamples } from './samples.ts';
import { Trials } from './trials.ts';
import { Worlds, type World } from './worlds.ts';

/** Of a guard's time, what the making of databases for the query may take. */
const LIKELY_SHARE = 0.25;

export class Suite {
  readonly worlds: Worlds;
  readonly #statement: Statement;
  readonly #parameters: Parameters;
  readonly #likely: readonly World[];
  readonly #mutants: readonly Mutant[];
  /** By preconditions. */
  readonly #trials = new Map<string, Trials>();

  private constructor(
    statement: Statement,
    parameters: Parameters,
    worlds: Worlds,
    likely: readonly World[],
    mutants: readonly Mutant[],
  ) {
    this.#statement = statement;
    this.#parameters = parameters;
    this.#likely = likely;
    this.#mutants = mutants;
    this.worlds = worlds;
  }

  /** Or why there is none. */
  static of(statement: Statement, { schema, sandbox, parameters, guardBudgetMs }: GuardContext): Suite | string {
    const { sql, select } = statement;
    const touched = touchedTables(select, schema, valuesOf(parameters));
    if (typeof touched === 'string') return `${touched}, which small databases cannot hold`;
    const scratch = sandbox.scratch();
    try {
      const random = createRandom(hashText(sql, 0x811c9dc5));
      const worlds = new Worlds(withSamples(touched, sandbox), schema, scratch, random);
      const deadlineMs = sandbox.nowMs() + guardBudgetMs * LIKELY_SHARE;
      const likely = likelyWorlds(select, schema, worlds, parameters, random.fork('likely'), deadlineMs);
      return new Suite(statement, parameters, worlds, likely, mutantsOf(select, schema));
    } catch (error) {
      scratch.close();
      return `the schema cannot be set up on its own (${messageOf(error)})`;
    }
  }

  trialsFor(preconditions: readonly Precondition[]): Trials {
    // What is claimed of other tables has no bearing on these databases.
    const needed = preconditions.filter((one) => {
      const tables = restsOn([one]);
      return tables.length > 0 && tables.every((table) => this.worlds.indexOf(table) >= 0);
    });
    const key = JSON.stringify(needed);
    const known = this.#trials.get(key);
    if (known) return known;
    const { sql } = this.#statement;
    const trials = new Trials(sql, this.#parameters, this.worlds, this.#likely, needed, this.#mutants);
    this.#trials.set(key, trials);
    return trials;
  }

  close(): void {
    this.worlds.sandbox.close();
  }
}

export function closeSuite(context: GuardContext): void {
  if (context.suite instanceof Suite) context.suite.close();
  context.suite = null;
}
