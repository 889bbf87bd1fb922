/** Entry point of the optimizer worker: rewrites, proofs and index advice on a copy of the data, served over messages. */
import { indexAdvisor } from '../src/advisor/advisor.ts';
import { serve } from '../src/core/rpc.ts';
import { createOptimizerServer } from '../src/optimizer/optimizer-server.ts';
import type { OptimizerApi } from '../src/optimizer/protocol.ts';
import { portOf } from '../src/platform/ports.ts';

declare const self: DedicatedWorkerGlobalScope;

serve<OptimizerApi>(portOf(self), createOptimizerServer(indexAdvisor));
