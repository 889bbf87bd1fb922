/**
 * Back to the data before the last script, and forth again: each return makes a point of its own, which the next press goes
 * back to. It outlives the Lab page, like the answer that it belongs to.
 */
import type { PointInTime, QueryOutcome } from '../../engine/client.ts';
import { announcer } from './announcer.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import { writtenText } from './written-text.ts';

interface Step {
  /** Where a press goes to. */
  point: PointInTime;
  /** What the press is called. */
  title: 'Undo' | 'Redo';
  /** What has happened, in words. */
  said: string;
  /** Log number of the data when this was offered: whatever was written later goes with a press. */
  atLog: number;
}

export class UndoState {
  readonly #engine: EngineState;
  #step = $state.raw<Step | null>(null);
  #done = $state.raw<string | null>(null);
  #busy = $state(false);
  #problem = $state.raw<string | null>(null);
  /** Called when the data is another. */
  onChange: () => void = () => {};

  constructor(engine: EngineState) {
    this.#engine = engine;
  }

  /** What can be gone back to or forth to; null when there is nothing. */
  get step(): Step | null {
    return this.#step;
  }
  /** Writes since it was offered, by an import or the load: a press takes them back too. */
  get later(): number {
    const { database } = this.#engine;
    return this.#step && database ? Math.max(0, database.version.logNumber - this.#step.atLog) : 0;
  }
  /** What was done, where no further step is offered. */
  get done(): string | null {
    return this.#done;
  }
  get busy(): boolean {
    return this.#busy;
  }
  get problem(): string | null {
    return this.#problem;
  }

  /** After a script: what it wrote, and the state before it, where that is kept. What only read leaves the offer as it is. */
  offer(outcomes: readonly QueryOutcome[], point: PointInTime | null): void {
    if (outcomes.every(({ durability }) => durability === null)) return;
    this.forget();
    const atLog = Math.max(...outcomes.map(({ version }) => version.logNumber));
    if (point) this.#step = { point, title: 'Undo', said: `Last write: ${writtenText(outcomes)}`, atLog };
  }

  forget(): void {
    this.#step = null;
    this.#done = null;
    this.#problem = null;
  }

  async press(): Promise<void> {
    const step = this.#step;
    if (!step || this.#busy) return;
    const { call } = this.#engine.client;
    this.#busy = true;
    this.#problem = null;
    try {
      const known = new Set((await call.pointsInTime({})).points.map(({ id }) => id));
      const { version } = await this.#engine.restorePoint(step.point.id);
      const said = step.title === 'Undo' ? 'Undone: the data is as before' : 'Done again: the data is as after';
      this.#done = `${said} this script.`;
      announcer.say(this.#done);
      this.onChange();
      // Newest first: the state that was just left.
      const left = (await call.pointsInTime({})).points.find(({ id }) => !known.has(id));
      const title = step.title === 'Undo' ? 'Redo' : 'Undo';
      this.#step = left ? { point: left, title, said: this.#done, atLog: version.logNumber } : null;
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
      announcer.say(this.#problem);
    } finally {
      this.#busy = false;
    }
  }
}
