/**
 * The port between the dispatcher and the workers that do the work: real web workers, in-process ones in Node, simulated ones.
 * The dispatcher decides, the fleet carries out and reports back. Everything is a number, so a simulated request allocates nothing.
 */

/**
 * A worker's slot, 0..workersMax-1. The fleet chooses it in `start` and may give it out again once the worker is gone:
 * after `drain`, after `kill`, or after it reported `onLost`. The number shown to people is the same: w0, w1, ...
 */
export type WorkerIndex = number;

/** A job's slot in the dispatcher; given out again after the job is settled and no worker runs it any more. */
export type JobIndex = number;

/**
 * How a run ended. A query error (bad SQL, a violated constraint, a stopped statement) is an answer: it is never retried and
 * says nothing about the worker's health. A worker failure (the message was lost, the replica could not be read) is not.
 */
export type RunOutcome = 'ok' | 'query-error' | 'worker-failure';

export interface Fleet {
  /** Begins to start a worker; `onReady` or `onLost` follows. Returns -1 when no more workers can be had. */
  start(): WorkerIndex;
  /** Runs a job; `onDone` or `onLost` follows. What the job is, the fleet looks up by its number. */
  send(worker: WorkerIndex, job: JobIndex): void;
  /** Lets an idle or still starting worker end in good order, once its last job has left; no handler is called afterwards. */
  drain(worker: WorkerIndex): void;
  /** Ends a worker at once, whatever it does. No handler is called for it afterwards. */
  kill(worker: WorkerIndex): void;
}

/**
 * What the fleet reports; the dispatcher implements it. A fleet never calls these from inside `start`, `send`, `drain` or `kill`,
 * and never for a worker that has been drained, killed or reported lost.
 */
export interface FleetHandlers {
  onReady(worker: WorkerIndex): void;
  /** `busyMs` is the time the worker itself worked, without the way there and back. */
  onDone(worker: WorkerIndex, job: JobIndex, outcome: RunOutcome, busyMs: number): void;
  /** The worker is gone, with all it was running. The reason is a short phrase for people. */
  onLost(worker: WorkerIndex, reason: string): void;
  /** A sign of life from an idle worker. Needed only where `heartbeatTimeoutMs` is set. */
  onHeartbeat(worker: WorkerIndex): void;
}
