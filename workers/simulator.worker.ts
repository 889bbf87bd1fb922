/** Entry point of the simulator worker: runs in virtual time, served over messages. */
import { serve } from '../src/core/rpc.ts';
import { portOf } from '../src/platform/ports.ts';
import type { SimulatorApi } from '../src/simulator/protocol.ts';
import { createSimulatorServer } from '../src/simulator/simulator-server.ts';

/** A timer of 0 ms lets the messages that wait come first. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  const packed = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  return new Uint8Array(await new Response(packed.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());
}

serve<SimulatorApi>(portOf(self), createSimulatorServer({ pause, gunzip }));
