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

/** A worker served in this process. `terminate` cuts the wire at once: what was under way is never heard of again. */
export function inlineWorker(serveOn: (port: Port) => void): WorkerHandle & { fail(message: string): void } {
  const { near, far, cut } = linkedPorts();
  let failed: (message: string) => void = () => {};
  serveOn(far);
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
