/**
 * What the Data page knows: pages by table, foreign keys, points in time. Asked for when the page opens and after writes; what
 * was known stays until the new is there, so nothing jumps.
 */
import type { EngineClient, ForeignKeyReport, PointsInTime, StorageCensus } from '../../engine/client.ts';
import type { EngineState } from './engine.svelte.ts';

/** Under a load of writes each question is asked again after this at the soonest, and after ten times what it took. */
const PAUSE_MIN_MS = 400;
const PAUSE_TIMES = 10;

export class DataState {
  readonly #engine: EngineState;
  readonly census: Answer<StorageCensus>;
  readonly foreignKeys: Answer<ForeignKeyReport>;
  readonly points: Answer<PointsInTime>;

  constructor(engine: EngineState) {
    this.#engine = engine;
    const { call }: EngineClient = engine.client;
    this.census = new Answer(() => call.census({}));
    this.foreignKeys = new Answer(() => call.checkForeignKeys({}));
    this.points = new Answer(() => call.pointsInTime({}));
  }

  /** Asks everything; call it when the page opens and whenever the data has moved. */
  refresh(): void {
    if (this.#engine.phase !== 'ready') return;
    // A schema that cannot be read now is asked for again with the next write.
    void this.#engine.refreshSchema().catch(() => undefined);
    for (const answer of [this.census, this.foreignKeys, this.points]) answer.ask();
  }

  /** Another database is open: what was known of the last one says nothing about it. */
  forget(): void {
    for (const answer of [this.census, this.foreignKeys, this.points]) answer.forget();
  }

  close(): void {
    for (const answer of [this.census, this.foreignKeys, this.points]) answer.close();
  }
}

/** The latest answer to one question. */
class Answer<Value> {
  readonly #question: () => Promise<Value>;
  #value = $state.raw<Value | null>(null);
  #failure = $state.raw<string | null>(null);
  #asking = false;
  #askAgain = false;
  #quietUntilMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(question: () => Promise<Value>) {
    this.#question = question;
  }

  /** Null before the first answer. */
  get value(): Value | null {
    return this.#value;
  }
  /** Why there is no newer answer, in plain words; null when it came. */
  get failure(): string | null {
    return this.#failure;
  }

  /** An answer that came by another way. */
  take(value: Value): void {
    this.#value = value;
    this.#failure = null;
  }

  forget(): void {
    this.#value = null;
    this.#failure = null;
    this.#quietUntilMs = 0;
  }

  /** Asks now, or as soon as the last question has been answered and the pause is over. */
  ask(): void {
    if (this.#asking) {
      this.#askAgain = true;
      return;
    }
    clearTimeout(this.#timer);
    const waitMs = this.#quietUntilMs - performance.now();
    if (waitMs > 0) this.#timer = setTimeout(() => this.ask(), waitMs);
    else void this.#answer();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#askAgain = false;
  }

  async #answer(): Promise<void> {
    this.#asking = true;
    this.#askAgain = false;
    const startedMs = performance.now();
    try {
      this.take(await this.#question());
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
    }
    const tookMs = performance.now() - startedMs;
    this.#quietUntilMs = performance.now() + Math.max(PAUSE_MIN_MS, PAUSE_TIMES * tookMs);
    this.#asking = false;
    if (this.#askAgain) this.ask();
  }
}
