/** The index advisor, ready to be handed to the optimizer's server. */
import type { Advisor } from '../optimizer/advisor-port.ts';
import { adviseIndexes } from './advise.ts';
import { adviseWorkload } from './advise-workload.ts';
import { tryIndex } from './try-index.ts';

export const indexAdvisor: Advisor = { advise: adviseIndexes, tryIndex, adviseWorkload };
