/** Entry point of the simulator worker: runs in virtual time, served over messages. */
import { serve } from '../src/core/rpc.ts';
import { portOf } from '../src/platform/ports.ts';
import type { SimulatorApi } from '../src/simulator/protocol.ts';
import { createSimulatorServer } from '../src/simulator/simulator-server.ts';

/** A timer of 0 ms lets the messages that wait come first. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

async function gunzip(bytes: Uint8Array, bytesMax: number): Promise<Uint8Array | null> {
  let left = bytesMax;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      left -= piece.length;
      // What is too much is not kept: a small file may unpack to more than there is memory.
      if (left >= 0) controller.enqueue(piece);
      else controller.terminate();
    },
  });
  const packed = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'));
  const text = await new Response(packed.pipeThrough(counted)).arrayBuffer();
  return left >= 0 ? new Uint8Array(text) : null;
}

serve<SimulatorApi>(portOf(self), createSimulatorServer({ pause, gunzip }));
