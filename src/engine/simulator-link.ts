/** The engine's side of the simulator worker: started when first asked, so that nobody pays for it who does not simulate. */
import { AppError } from '../core/errors.ts';
import { connect, type CallContext, type Connection, type WorkerHandle } from '../core/rpc.ts';
import type { ReplayedTrace, ReplayRequest, SimulatorApi } from '../simulator/protocol.ts';

type SimulateRequest = Parameters<SimulatorApi['run']>[0];

export class SimulatorLink {
  readonly #spawn: () => WorkerHandle;
  #worker: { handle: WorkerHandle; calls: Connection<SimulatorApi> } | null = null;

  constructor(spawn: () => WorkerHandle) {
    this.#spawn = spawn;
  }

  run(request: SimulateRequest, context: CallContext): Promise<ReturnType<SimulatorApi['run']>> {
    const { calls } = this.#ready();
    return calls.call.run(request, {
      onProgress: (report) => context.progress(report),
      cancelWith: (cancel) => context.signal.onCancel(cancel),
    });
  }

  /** The trace's bytes move to the worker. */
  replay(request: ReplayRequest, context: CallContext): Promise<ReplayedTrace> {
    const { calls } = this.#ready();
    const { trace } = request;
    return calls.call.replay(request, {
      transfer: trace.type === 'file' ? [trace.bytes.buffer as ArrayBuffer] : [],
      onProgress: (report) => context.progress(report),
      cancelWith: (cancel) => context.signal.onCancel(cancel),
    });
  }

  end(): void {
    this.#worker?.handle.terminate();
    this.#worker = null;
  }

  #ready(): { calls: Connection<SimulatorApi> } {
    if (this.#worker) return this.#worker;
    const handle = this.#spawn();
    const calls = connect<SimulatorApi>(handle.port);
    handle.onFailure((message) => {
      this.end();
      calls.lost(new AppError('worker-lost', `The simulator stopped: ${message}`));
    });
    this.#worker = { handle, calls };
    return this.#worker;
  }
}
