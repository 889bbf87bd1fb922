/**
 * Whether a proved rewrite is as fast in practice as it was on the fork. Running times of both texts are remembered; where the rewritten
 * ones look slower, both texts run by turns for a while, so that a busy minute is not taken for a slow text, and then it is decided.
 * Each time that the rewrite is cleared, twice as many runs must pass before it is doubted again.
 */

/** Running times that are remembered of either text. */
const RECENT = 7;
/** Fewer rewritten runs than this raise no doubt. */
const DOUBT_RUNS_MIN = 5;
/** Doubt begins when the median is this many times as long as that of the text as typed. */
const DOUBT_RATIO = 1.25;
/** Runs of each text while it is in doubt. */
const TURNS = 5;
/** It goes when it is this many times as long even by turns; between the two it stays, so that it does not come and go. */
const SLOWER_RATIO = 1.1;
const CALM_RUNS_MIN = 16;
/** A small gain may be lost unseen, for the text as typed does not run any more: every so often it does. */
const AUDIT_EVERY = 32;
const AUDITED_GAIN_MAX = 2;

export interface Slower {
  typedMs: number;
  rewrittenMs: number;
  /** Of each. */
  runs: number;
}

interface Turns {
  typed: number[];
  rewritten: number[];
}

export class Practice {
  readonly #typed: number[];
  readonly #rewritten: number[] = [];
  readonly #isAudited: boolean;
  #doubt: Turns | null = null;
  #runs = 0;
  #calmUntil = 0;
  #calmRuns = CALM_RUNS_MIN;

  /** `gain` as measured on the fork; `typedMs` are running times of the text as typed so far. */
  constructor(gain: number, typedMs: readonly number[]) {
    this.#isAudited = gain < AUDITED_GAIN_MAX;
    this.#typed = typedMs.slice(-RECENT);
  }

  get inDoubt(): boolean {
    return this.#doubt !== null;
  }

  /** It is the turn of the text as typed. */
  get wantsTyped(): boolean {
    if (this.#doubt) return this.#doubt.typed.length < this.#doubt.rewritten.length;
    return this.#isAudited && this.#runs % AUDIT_EVERY === AUDIT_EVERY - 1;
  }

  get typedMs(): number | null {
    return this.#typed.length === 0 ? null : median(this.#typed);
  }

  get rewrittenMs(): number | null {
    return this.#rewritten.length === 0 ? null : median(this.#rewritten);
  }

  /** A run took so long in its worker. Answers the times when the rewrite has to go. */
  note(rewritten: boolean, ms: number): Slower | null {
    this.#runs++;
    pushRecent(rewritten ? this.#rewritten : this.#typed, ms);
    if (!this.#doubt) {
      if (this.#isDoubtful()) this.#doubt = { typed: [], rewritten: [] };
      return null;
    }
    (rewritten ? this.#doubt.rewritten : this.#doubt.typed).push(ms);
    const turns = this.#doubt;
    if (turns.typed.length < TURNS || turns.rewritten.length < TURNS) return null;
    const [typedMs, rewrittenMs] = [median(turns.typed), median(turns.rewritten)];
    if (rewrittenMs > typedMs * SLOWER_RATIO) return { typedMs, rewrittenMs, runs: TURNS };
    this.#doubt = null;
    this.#calmUntil = this.#runs + this.#calmRuns;
    this.#calmRuns *= 2;
    return null;
  }

  #isDoubtful(): boolean {
    const { typedMs, rewrittenMs } = this;
    if (this.#runs < this.#calmUntil || this.#rewritten.length < DOUBT_RUNS_MIN) return false;
    return typedMs !== null && rewrittenMs !== null && rewrittenMs > typedMs * DOUBT_RATIO;
  }
}

/** Only the latest are of use, and a statement may run a million times. */
export function pushRecent(times: number[], ms: number): void {
  times.push(ms);
  if (times.length > RECENT) times.shift();
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
