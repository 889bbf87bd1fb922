/** Entry point of a database worker: one SQLite, served over messages. */
import { serve, type Port } from '../src/core/rpc.ts';
import { createDatabaseServer } from '../src/database/database-server.ts';
import type { DatabaseApi } from '../src/database/protocol.ts';

declare const self: DedicatedWorkerGlobalScope;

const port: Port = {
  postMessage: (message, transfer) => self.postMessage(message, transfer ?? []),
  listen: (onMessage) => {
    self.onmessage = ({ data }: MessageEvent) => onMessage(data);
  },
};

/** Where memory can be shared a worker may block; elsewhere the wait is a timer. */
function sleep(waitMs: number): void | Promise<void> {
  if (typeof SharedArrayBuffer === 'undefined') return new Promise((resolve) => setTimeout(resolve, waitMs));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
}

serve<DatabaseApi>(port, createDatabaseServer({ sleep }));
