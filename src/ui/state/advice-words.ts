/** A workload's advice in one sentence. */
import type { WorkloadAdvice } from '../../engine/client.ts';
import { formatRows, formatTimes } from '../format.ts';

/** `2 indexes, statistics and 1 rewrite advised: 88x faster in all.` */
export function adviceInWords({ indexes, analyze, statements, totals }: WorkloadAdvice): string {
  const rewrites = statements.filter(({ rewrite }) => rewrite !== null).length;
  const parts = [
    counted(indexes.length, 'index', 'indexes'),
    analyze ? 'statistics' : '',
    counted(rewrites, 'rewrite', 'rewrites'),
  ].filter((part) => part !== '');
  if (parts.length === 0)
    return 'Nothing is advised: no index, no statistics and no rewrite makes this workload faster.';
  const last = parts.pop() ?? '';
  const told = parts.length > 0 ? `${parts.join(', ')} and ${last}` : last;
  return `${told} advised: ${formatTimes(totals.ratioTotal)} faster in all.`;
}

function counted(count: number, one: string, many: string): string {
  return count === 0 ? '' : formatRows(count, one, many);
}
