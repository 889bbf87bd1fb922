/**
 * A watch over what SQLite's wasm asks of its host: each import is wrapped once, at instantiation, and counted.
 * Which counter means "the clock" or "truncate a file" is not read from (minified) names: known statements are run and the
 * counters that moved are looked at. A hook that cannot be told apart for certain stays off, and the plain path is used.
 */

type HostFunction = (
  a?: unknown,
  b?: unknown,
  c?: unknown,
  d?: unknown,
  e?: unknown,
  f?: unknown,
  g?: unknown,
) => unknown;

/** Whether the file whose path (a C string) lies there is known not to exist. */
export type AbsenceHandler = (path: number) => boolean;

/** Decides about one truncation: true when it was taken care of and the host must not see it. */
export type TruncateHandler = (fileDescriptor: number, length: number) => boolean;

export class WasmWatch {
  readonly #counts: number[] = [];
  /** The latest call of each import made under `calledBy`. */
  readonly #calls: { given: unknown[]; answer: unknown }[] = [];
  #recording = false;
  #clock: number[] | null = null;
  #truncate: number | null = null;
  #onTruncate: TruncateHandler = () => false;
  #lookUp: number | null = null;
  #isAbsent: AbsenceHandler = () => false;
  /** What the host answers when there is no such file. */
  #absent: unknown = 0;
  /** First argument of the latest call; while a file is read or written this is its descriptor. */
  lastFirstArgument: unknown = null;

  /** The same imports, wrapped. Only functions are; a wrapper costs a few nanoseconds beside a file access. */
  wrap(imports: WebAssembly.Imports): WebAssembly.Imports {
    const wrapped: WebAssembly.Imports = {};
    for (const [space, members] of Object.entries(imports)) {
      const copy: WebAssembly.ModuleImports = {};
      for (const [name, member] of Object.entries(members)) {
        copy[name] = typeof member === 'function' ? this.#watch(member as HostFunction) : member;
      }
      wrapped[space] = copy;
    }
    return wrapped;
  }

  #watch(original: HostFunction): HostFunction {
    const index = this.#counts.length;
    this.#counts.push(0);
    return (a, b, c, d, e, f, g) => {
      this.#counts[index]++;
      this.lastFirstArgument = a;
      if (index === this.#lookUp && this.#isAbsent(a as number)) return this.#absent;
      if (index === this.#truncate && this.#onTruncate(a as number, Number(b))) return 0;
      const answer = original(a, b, c, d, e, f, g);
      if (this.#recording) this.#calls[index] = { given: [a, b, c], answer };
      return answer;
    };
  }

  /** Indices of the imports that `work` called. */
  calledBy(work: () => void): number[] {
    const before = [...this.#counts];
    this.#recording = true;
    try {
      work();
    } finally {
      this.#recording = false;
    }
    return before.flatMap((count, index) => (this.#counts[index] === count ? [] : [index]));
  }

  /** Arguments (the first three) of the latest call of an import made under `calledBy`. */
  lastArguments(index: number): readonly unknown[] {
    return this.#calls[index]?.given ?? [];
  }

  /** What that call returned. */
  lastAnswer(index: number): unknown {
    return this.#calls[index]?.answer;
  }

  useClock(indices: number[] | null): void {
    this.#clock = indices;
  }

  useTruncate(index: number | null, handler: TruncateHandler): void {
    this.#truncate = index;
    this.#onTruncate = handler;
  }

  useLookUp(index: number | null, absent: unknown, handler: AbsenceHandler): void {
    this.#lookUp = index;
    this.#absent = absent;
    this.#isAbsent = handler;
  }

  /** Runs `work` as if the hook had not been found: how a test looks at the plain path. */
  withoutTruncate<Result>(work: () => Result): Result {
    const index = this.#truncate;
    this.#truncate = null;
    try {
      return work();
    } finally {
      this.#truncate = index;
    }
  }

  get hasClock(): boolean {
    return this.#clock !== null;
  }

  get hasTruncate(): boolean {
    return this.#truncate !== null;
  }

  get hasLookUp(): boolean {
    return this.#lookUp !== null;
  }

  /** How often the time or the time zone has been asked for; compare before and after a run. */
  clockReads(): number {
    let sum = 0;
    if (this.#clock) for (const index of this.#clock) sum += this.#counts[index];
    return sum;
  }
}
