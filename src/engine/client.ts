/**
 * The page's side of the engine worker: typed calls, cancel, events. The only door of the ui to the engine,
 * so it also hands on the types of the protocol and the readers of result columns.
 */
import { AppError } from '../core/errors.ts';
import { connect, type Caller, type Connection, type Port } from '../core/rpc.ts';
import type {
  AdviceProgress,
  EngineApi,
  EngineSnapshot,
  EventReport,
  ExecuteRequest,
  Notice,
  OptimizeProgress,
  ReplayProgress,
  RunProgress,
  ScriptOutcome,
} from './protocol.ts';

export { byteLengthOf, CELL, cellAt, relabel, rowsOf } from '../database/rows/columns.ts';
export type * from './protocol.ts';

/** What the engine tells unasked. */
export interface EngineEvents {
  snapshot: EngineSnapshot;
  notice: Notice;
  event: EventReport;
}

/** Progress of long work: `fraction` 0..1, `stage` in plain words; `rows` so far, where rows are read or written. */
export interface Progress {
  fraction: number;
  stage: string;
  rows?: number;
}

/** Work that is under way. `cancel` is safe at any time; the promise then rejects with code `cancelled`. */
export interface Running<Value> {
  done: Promise<Value>;
  cancel(): void;
}

/** What a method tells while it works. */
export type ProgressOf<Method extends keyof EngineApi> = Method extends 'execute'
  ? RunProgress
  : Method extends 'replayTrace'
    ? ReplayProgress
    : Method extends 'optimize'
      ? OptimizeProgress
      : Method extends 'adviseWorkload'
        ? AdviceProgress
        : Progress;

export interface RunningOptions<Told = Progress> {
  transfer?: ArrayBuffer[];
  onProgress?: (progress: Told) => void;
}

export class EngineClient {
  /** Every method of `EngineApi`, as a promise. */
  readonly call: Caller<EngineApi>;
  readonly #connection: Connection<EngineApi>;
  readonly #listeners: { [Name in keyof EngineEvents]: Set<(payload: EngineEvents[Name]) => void> } = {
    snapshot: new Set(),
    notice: new Set(),
    event: new Set(),
  };

  constructor(port: Port) {
    this.#connection = connect<EngineApi>(port);
    this.call = this.#connection.call;
    this.#connection.onEvent((name, payload) => {
      if (!(name in this.#listeners)) return;
      for (const listener of this.#listeners[name as keyof EngineEvents])
        (listener as (value: unknown) => void)(payload);
    });
  }

  /** Runs a script; the handle cancels it. */
  execute(request: ExecuteRequest, options: RunningOptions<RunProgress> = {}): Running<ScriptOutcome> {
    return this.start('execute', request, options);
  }

  /** Any method that reports progress or can be cancelled. */
  start<Method extends keyof EngineApi>(
    method: Method,
    argument: Parameters<EngineApi[Method]>[0],
    options: RunningOptions<ProgressOf<Method>> = {},
  ): Running<ReturnType<EngineApi[Method]>> {
    let cancel = (): void => {};
    const call = this.call[method] as (argument: unknown, options: object) => Promise<ReturnType<EngineApi[Method]>>;
    const done = call(argument, {
      transfer: options.transfer,
      onProgress: (report: unknown) => options.onProgress?.(report as ProgressOf<Method>),
      cancelWith: (stop: () => void) => {
        cancel = stop;
      },
    });
    return { done, cancel: () => cancel() };
  }

  /** Listens to an event; the returned function ends it. */
  on<Name extends keyof EngineEvents>(name: Name, listener: (payload: EngineEvents[Name]) => void): () => void {
    this.#listeners[name].add(listener);
    return () => this.#listeners[name].delete(listener);
  }

  /** Rejects everything open and to come: the engine worker is gone. */
  lost(message: string): void {
    this.#connection.lost(new AppError('engine-lost', message));
  }
}
