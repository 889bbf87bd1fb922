/** Starts the workers that are measured, and notes when their messages arrive. */
import wasmUrl from 'sql.js/dist/sql-wasm.wasm?url';
import { connect, type Connection, type Port } from '../../src/core/rpc.ts';
import type { DatabaseApi } from '../../src/database/protocol.ts';
import type { MeasuredEngineApi } from './engine.worker.ts';
import type { InsideApi } from './inside.worker.ts';
import type { OfficialApi } from './official.worker.ts';
import type { PeerApi } from './peer.worker.ts';

export const WASM_URL = new URL(wasmUrl, window.location.href).href;

export interface Measured<Api> {
  call: Connection<Api>['call'];
  /** When the last message was there as values, and how long the page took to read it. */
  last: { readAtMs: number; readMs: number };
  end(): void;
}

let module: Promise<WebAssembly.Module> | null = null;

/** SQLite compiled once, as the product does. */
export function compiled(): Promise<WebAssembly.Module> {
  return (module ??= WebAssembly.compileStreaming(fetch(WASM_URL)));
}

/** A database worker of the product, warm; as a spare it gets ready for its first replica while it waits. */
export async function startDatabase(isSpare = false): Promise<Measured<DatabaseApi>> {
  const worker = new Worker(new URL('../../workers/database.worker.ts', import.meta.url), { type: 'module' });
  const database = measured<DatabaseApi>(worker);
  await database.call.warm({ module: await compiled(), wasmUrl: WASM_URL, cancelCell: null, isSpare });
  return database;
}

export async function startPeer(): Promise<Measured<PeerApi>> {
  const peer = measured<PeerApi>(new Worker(new URL('./peer.worker.ts', import.meta.url), { type: 'module' }));
  await peer.call.warm({ wasmUrl: WASM_URL });
  return peer;
}

/** A database worker of the product that can also measure what lies beside it in one thread. */
export async function startInside(): Promise<Measured<InsideApi>> {
  const inside = measured<InsideApi>(new Worker(new URL('./inside.worker.ts', import.meta.url), { type: 'module' }));
  await inside.call.warm({ module: await compiled(), wasmUrl: WASM_URL, cancelCell: null });
  return inside;
}

export async function startOfficial(): Promise<Measured<OfficialApi>> {
  const worker = new Worker(new URL('./official.worker.ts', import.meta.url), { type: 'module' });
  const official = measured<OfficialApi>(worker);
  await official.call.warm({});
  return official;
}

/** The engine with the smallest sample shop open, its primary attached. */
export async function startEngine(): Promise<Measured<MeasuredEngineApi>> {
  const worker = new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' });
  const engine = measured<MeasuredEngineApi>(worker);
  const sample = { name: 'shop', size: 'S', seed: 1 } as const;
  await engine.call.boot({ sample, safe: true, wasmUrl: WASM_URL, cores: navigator.hardwareConcurrency });
  return engine;
}

function measured<Api>(worker: Worker): Measured<Api> {
  const last = { readAtMs: 0, readMs: 0 };
  const port: Port = {
    postMessage: (message, transfer) => worker.postMessage(message, transfer ?? []),
    listen: (onMessage) => {
      worker.onmessage = (event: MessageEvent<unknown>) => {
        const since = performance.now();
        // A message is decoded when its data is first asked for.
        const { data } = event;
        last.readAtMs = performance.now();
        last.readMs = last.readAtMs - since;
        onMessage(data);
      };
    },
  };
  const { call } = connect<Api>(port);
  return { call, last, end: () => worker.terminate() };
}
