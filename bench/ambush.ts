/**
 * Kills at chosen moments: a tap on a worker's wire hears what is asked of it and what it answers, so that it can be ended with
 * a message on its way, while it works, or with its answer already posted.
 */
import type { WorkerHandle } from '../src/core/rpc.ts';

/** A worker that can be made to fail. */
export type MortalWorker = WorkerHandle & { fail(message: string): void };

/** `asked`: the call is on its way. `answered`: the answer has come, and nobody has read it yet. */
export type Moment = 'asked' | 'answered';

export interface Call {
  method: string;
  argument: unknown;
}

/** Hears of a call; true when the worker was ended, and its answer is not to be read. */
export type Listener = (moment: Moment, call: Call, worker: WorkerHandle) => boolean;

/** Taps a worker before its owner connects to it. */
export function tap(worker: WorkerHandle, listener: Listener): void {
  const { port } = worker;
  const { postMessage, listen } = port;
  const open = new Map<number, Call>();
  port.postMessage = (message, transfer) => {
    postMessage(message, transfer);
    for (const one of messagesIn(message)) {
      if (one.call === undefined || one.method === undefined) continue;
      const call = { method: one.method, argument: one.argument };
      open.set(one.call, call);
      listener('asked', call, worker);
    }
  };
  port.listen = (onMessage) => {
    listen((message) => {
      const answered = messagesIn(message).flatMap(({ reply }) => {
        const call = reply === undefined ? undefined : open.get(reply);
        if (reply !== undefined) open.delete(reply);
        return call ? [call] : [];
      });
      if (answered.map((call) => listener('answered', call, worker)).includes(true)) return;
      onMessage(message);
    });
  };
}

interface Wire {
  call?: number;
  method?: string;
  argument?: unknown;
  reply?: number;
}

function messagesIn(message: unknown): Wire[] {
  return (Array.isArray(message) ? message : [message]) as Wire[];
}
