/**
 * Workers without threads, for Node: the same protocol over a pair of linked ports in one process.
 * Messages are structured-cloned, so nothing passes that could not pass between real threads.
 */
import type { Port, WorkerHandle } from '../core/rpc.ts';

/** Two ends of a wire. A message sent on one arrives at the other in a later task, in order. */
export function linkedPorts(): { near: Port; far: Port; cut: () => void } {
  const channel = new MessageChannel();
  let whole = true;
  const end = (port: MessagePort): Port => ({
    postMessage: (message, transfer) => {
      if (whole) port.postMessage(message, transfer ?? []);
    },
    listen: (onMessage) => {
      port.onmessage = (event: MessageEvent) => {
        if (whole) onMessage(event.data);
      };
    },
  });
  return {
    near: end(channel.port1),
    far: end(channel.port2),
    cut: () => {
      whole = false;
      channel.port1.close();
      channel.port2.close();
    },
  };
}

/** Serves on a port. If it returns a function, that is called at the end, to give back what a thread's end would free by itself. */
export type Serving = (port: Port) => unknown;

/** A worker served in this process. `terminate` cuts the wire at once: what was under way is never heard of again. */
export function inlineWorker(serveOn: Serving): WorkerHandle & { fail(message: string): void } {
  const { near, far, cut: cutWire } = linkedPorts();
  let failed: (message: string) => void = () => {};
  let end = serveOn(far);
  const cut = (): void => {
    cutWire();
    if (typeof end === 'function') (end as () => void)();
    end = undefined;
  };
  return {
    port: near,
    terminate: cut,
    onFailure: (listener) => {
      failed = listener;
    },
    fail: (message) => {
      cut();
      failed(message);
    },
  };
}
