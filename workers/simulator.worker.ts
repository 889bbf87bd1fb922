/** Entry point of the simulator worker: runs in virtual time, served over messages. */
import { serve } from '../src/core/rpc.ts';
import { portOf } from '../src/platform/ports.ts';
import type { SimulatorApi } from '../src/simulator/protocol.ts';
import { createSimulatorServer } from '../src/simulator/simulator-server.ts';

/** A timer of 0 ms lets the messages that wait come first. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

serve<SimulatorApi>(portOf(self), createSimulatorServer(pause));
