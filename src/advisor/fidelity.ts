/** Whether the empty copy told the truth: its plans, with the statistics of the indexes that were built, beside the plans of the copy that has them. */
import type { BuiltIndex } from './build.ts';
import type { IndexRack } from './rack.ts';
import { planKey } from './trials.ts';
import type { WhatIf } from './what-if.ts';
import type { WorkloadQuery } from './workload.ts';

export function fidelityOf(
  queries: readonly WorkloadQuery[],
  chosen: readonly BuiltIndex[],
  { whatIf, rack, analysed }: { whatIf: WhatIf; rack: IndexRack; analysed: readonly string[] | null },
): { plans: number; equal: number } {
  // What is shown already would keep the statistics that were estimated.
  whatIf.rack.show([]);
  for (const { number, rackNumber } of chosen) whatIf.rack.setStatistics(number, rack.statisticsOf(rackNumber));
  rack.show(
    chosen.map(({ rackNumber }) => rackNumber),
    analysed,
  );
  let [plans, equal] = [0, 0];
  for (const { samples } of queries) {
    for (const { sql } of samples) {
      const real = planKey(rack.sandbox.plan(sql));
      const told = planKey(
        whatIf.plan(
          sql,
          chosen.map(({ number }) => number),
          analysed,
        ),
      );
      plans++;
      if (real === told) equal++;
    }
  }
  return { plans, equal };
}
