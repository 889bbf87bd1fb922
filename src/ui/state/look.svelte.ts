/**
 * A look at one statement with the optimizer. A proof runs the statement on a copy of the data, so parameters need
 * values first: they are asked for, and nothing becomes NULL unasked.
 */
import type { OptimizeReport, RewriteAttempt } from '../../engine/protocol.ts';
import {
  bindValues,
  formNames,
  NEW_PARAMETER,
  parseParameter,
  type ParameterEntry,
} from '../components/parameter-value.ts';
import { Changes } from './change.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import { withProgress } from './live-attempts.ts';

export class Look {
  readonly #engine: EngineState;
  readonly #work = new Changes();
  #sql = $state.raw<string | null>(null);
  #report = $state.raw<OptimizeReport | null>(null);
  #live = $state.raw<readonly RewriteAttempt[]>([]);
  /** As SQLite names them, one for each place. */
  #parameters = $state.raw<readonly string[]>([]);
  #entries = $state.raw<Readonly<Record<string, ParameterEntry>>>({});
  #cancel = (): void => {};

  constructor(engine: EngineState) {
    this.#engine = engine;
  }

  /** Null before the first look. */
  get sql(): string | null {
    return this.#sql;
  }
  get report(): OptimizeReport | null {
    return this.#report;
  }
  /** While the proof goes on: what is suggested, and what the guards have said of it. */
  get live(): readonly RewriteAttempt[] {
    return this.#live;
  }
  get busy(): boolean {
    return this.#work.busy;
  }
  /** Why the last look ended without a report, in the engine's words. */
  get refusal(): string | null {
    return this.#work.refusal;
  }
  /** Names of the values that are needed, each once. */
  get names(): string[] {
    return [...new Set(formNames(this.#parameters))];
  }
  /** True once every value can be read. */
  get complete(): boolean {
    return this.names.every((name) => 'value' in parseParameter(this.entry(name)));
  }

  entry(name: string): ParameterEntry {
    return this.#entries[name] ?? NEW_PARAMETER;
  }

  setEntry(name: string, entry: ParameterEntry): void {
    this.#entries = { ...this.#entries, [name]: entry };
  }

  /** Takes up a statement; proves at once unless it needs values that nobody gave yet. */
  async at(sql: string): Promise<void> {
    this.#cancel();
    this.#sql = sql;
    this.#report = null;
    this.#parameters = [];
    const spans = await this.#work.make(() => this.#engine.client.call.describe({ sql }));
    if (this.#sql !== sql || !spans) return;
    this.#parameters = spans[0]?.classification?.parameters ?? [];
    if (this.complete) await this.prove();
  }

  async prove(): Promise<void> {
    const sql = this.#sql;
    if (sql === null || !this.complete) return;
    this.#cancel();
    const parameters = bindValues(this.#parameters, (name) => {
      const parsed = parseParameter(this.entry(name));
      return 'value' in parsed ? parsed.value : null;
    });
    this.#live = [];
    const running = this.#engine.client.start(
      'optimize',
      { sql, parameters },
      {
        onProgress: (told) => {
          if (this.#sql === sql) this.#live = withProgress(this.#live, told);
        },
      },
    );
    this.#cancel = running.cancel;
    const report = await this.#work.make(() => running.done);
    if (report && this.#sql === sql) this.#report = report;
  }

  cancel(): void {
    this.#cancel();
  }
}
