/** One replay of a trace at a time: started, watched, cancelled; the last result stays until the next is there. */
import { TRACE_TEXT_BYTES_MAX } from '../../cache/traces/settings.ts';
import type { EngineClient, ReplayedTrace, ReplayProgress, ReplayRequest, ReplaySize } from '../../engine/client.ts';
import type { GeneratedTraceRequest } from '../../workload/settings.ts';
import { formatBytes, formatRows } from '../format.ts';
import { announcer } from './announcer.svelte.ts';
import { timeLeftMs } from './time-left.ts';

/** What is replayed: a file of the person's, or what is made from a seed. */
export type TraceChoice = { type: 'file'; file: File } | ({ type: 'generated' } & GeneratedTraceRequest);

/** `choice` is what the result is of, whatever is chosen now. */
export interface TraceResult {
  choice: TraceChoice;
  trace: ReplayedTrace;
  tookMs: number;
}

export class TraceRunner {
  readonly #client: EngineClient;
  #progress = $state.raw<ReplayProgress | null>(null);
  #leftMs = $state.raw<number | null>(null);
  #running = $state.raw(false);
  #result = $state.raw<TraceResult | null>(null);
  #problem = $state.raw<string | null>(null);
  #cancelled = $state.raw(false);
  #stop: () => void = () => {};

  constructor(client: EngineClient) {
    this.#client = client;
  }

  get running(): boolean {
    return this.#running;
  }
  /** Null until the engine has told something. */
  get progress(): ReplayProgress | null {
    return this.#progress;
  }
  /** Null while it is too early to say. */
  get leftMs(): number | null {
    return this.#leftMs;
  }
  get result(): TraceResult | null {
    return this.#result;
  }
  /** Why there is no new result, in words; null when all went well. */
  get problem(): string | null {
    return this.#problem;
  }
  /** The last run was ended by the person. */
  get cancelled(): boolean {
    return this.#cancelled;
  }

  async run(choice: TraceChoice, sizes: ReplaySize[]): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    this.#progress = null;
    this.#problem = null;
    this.#cancelled = false;
    // A press of Cancel while the file is read counts as well.
    let stopped = false;
    this.#stop = () => (stopped = true);
    const startedMs = performance.now();
    try {
      const trace = choice.type === 'file' ? await this.#read(choice.file) : choice;
      if (stopped) throw Object.assign(new Error(), { code: 'cancelled' });
      const work = this.#client.start(
        'replayTrace',
        { trace, sizes },
        {
          transfer: trace.type === 'file' ? [trace.bytes.buffer as ArrayBuffer] : [],
          onProgress: (progress) => {
            this.#progress = progress;
            this.#leftMs = timeLeftMs(progress.fraction, performance.now() - startedMs);
          },
        },
      );
      this.#stop = work.cancel;
      this.#result = { choice, trace: await work.done, tookMs: performance.now() - startedMs };
      announcer.say(`Replayed ${formatRows(this.#result.trace.requests, 'request')}.`);
    } catch (error) {
      const { code, message } = error as { code?: string; message?: string };
      this.#cancelled = code === 'cancelled';
      this.#problem = this.#cancelled ? null : (message ?? String(error));
      announcer.say(this.#problem ?? 'The replay was cancelled.');
    } finally {
      this.#running = false;
      this.#progress = null;
      this.#leftMs = null;
    }
  }

  /** Safe at any time. */
  cancel(): void {
    this.#stop();
  }

  async #read(file: File): Promise<Extract<ReplayRequest['trace'], { type: 'file' }>> {
    if (file.size > TRACE_TEXT_BYTES_MAX)
      throw new Error(
        `${file.name} has ${formatBytes(file.size)}; a trace may have ${formatBytes(TRACE_TEXT_BYTES_MAX)}. Cut it into parts.`,
      );
    try {
      return { type: 'file', bytes: new Uint8Array(await file.arrayBuffer()) };
    } catch {
      throw new Error(`${file.name} can no longer be read: it was moved, changed or removed. Choose it again.`);
    }
  }
}
