/** The `Port` of core over the three things that browsers give: a worker, a worker's own scope, a message port. */
import type { Port, WorkerHandle } from '../core/rpc.ts';

interface MessageEnd {
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

export function portOf(end: MessageEnd): Port {
  return {
    postMessage: (message, transfer) => end.postMessage(message, transfer ?? []),
    listen: (onMessage) => {
      end.onmessage = (event) => onMessage(event.data);
    },
  };
}

/** A web worker as a handle: an error event, or a script that fails to load, is its failure. */
export function handleOf(worker: Worker): WorkerHandle {
  return {
    port: portOf(worker),
    terminate: () => worker.terminate(),
    onFailure: (listener) => {
      worker.onerror = (event) => listener(event.message || 'The worker script could not be loaded.');
      worker.onmessageerror = () => listener('A message to the worker could not be read.');
    },
  };
}
