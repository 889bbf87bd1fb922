/** A database worker as the engine sees it: its calls, and what is known of the data that it has and of the work that it does. */
import { connect, type Connection, type WorkerHandle } from '../../core/rpc.ts';
import type { Classification, DatabaseApi, WorkerReport } from '../../database/protocol.ts';
import type { JobIndex, WorkerIndex } from '../../pool/fleet.ts';

/** What a job does once a worker has it. Resolves with what the worker answered; the fleet tells the dispatcher. */
export interface Assignment {
  /** Shown in the worker's lane while it runs. */
  label: string;
  run(worker: DatabaseWorker): Promise<{ busyMs: number }>;
}

export class DatabaseWorker {
  readonly calls: Connection<DatabaseApi>;
  /** Where isolated: writing a run's number here stops that run. */
  readonly cancelCell: Int32Array | null;
  readonly startedAtMs: number;
  index: WorkerIndex = -1;
  role: 'primary' | 'replica' | 'spare' = 'spare';
  report: WorkerReport | null = null;
  startMs: number | null = null;
  /** What it has to run, the oldest first, by the jobs' labels. */
  readonly running = new Map<JobIndex, string>();
  /** From the moment the attach message was posted: later records reach it in order. */
  attached = false;
  /** Counts attaches, so that what was asked before the latest one is told from what came after. */
  attachments = 0;
  /** Attaches that it has not answered: it is at work, with a bound of its own. */
  attaching = 0;
  /** Its jobs that have not ended, each settled without an error when it has. */
  readonly runs = new Set<Promise<void>>();
  /** It missed a record, and has taken none since it was attached again. */
  missed = false;
  /** Classifications of statements that it has been told, since it was attached. */
  taught = new WeakSet<Classification>();
  gone = false;

  constructor(
    readonly handle: WorkerHandle,
    isolated: boolean,
    nowMs: number,
  ) {
    this.calls = connect<DatabaseApi>(handle.port);
    this.cancelCell = isolated ? new Int32Array(new SharedArrayBuffer(4)) : null;
    this.startedAtMs = nowMs;
  }

  /** The label of what it runs. */
  get current(): string | null {
    for (const label of this.running.values()) return label;
    return null;
  }

  get name(): string {
    return `w${this.index}`;
  }
}
