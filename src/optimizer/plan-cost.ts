/**
 * A rough price of a plan in rows visited, to decide what is tried first. Never what is kept: that is measured.
 * Loops beside each other are nested; a correlated subquery runs once for each row of the loops before it.
 */
import type { PlanNode } from '../database/protocol.ts';

/** Rows that a lookup by an index is thought to find, where nothing is known. */
const ROWS_BY_INDEX = 10;
const ROWS_UNKNOWN = 1000;

/**
 * `rowsOf` answers a table's row count by the name it has in the plan, or null; `foundBy` how many rows a lookup finds, where that is known.
 */
export function planCost(
  nodes: readonly PlanNode[],
  rowsOf: (label: string) => number | null,
  foundBy: (detail: string) => number | null = () => null,
): number {
  const children = new Map<number, PlanNode[]>();
  for (const node of nodes) children.set(node.parent, [...(children.get(node.parent) ?? []), node]);

  const costOf = (parent: number): number => {
    let [cost, outer] = [0, 1];
    for (const node of children.get(parent) ?? []) {
      const { detail } = node;
      const inside = costOf(node.id);
      const label = /^(?:SCAN|SEARCH) (\S+)/.exec(detail)?.[1];
      const rows = label === undefined ? 0 : (rowsOf(label) ?? ROWS_UNKNOWN);
      if (detail.startsWith('SCAN CONSTANT')) cost += 1;
      // A SEARCH by nothing is min() or max() without an index.
      else if (/^(SCAN|SEARCH \S+$)/.test(detail)) {
        cost += outer * rows;
        outer *= Math.max(rows, 1);
      } else if (detail.startsWith('SEARCH')) {
        const found = /PRIMARY KEY \(rowid=\?\)/.test(detail) ? 1 : (foundBy(detail) ?? Math.min(rows, ROWS_BY_INDEX));
        if (detail.includes('AUTOMATIC')) cost += 3 * rows;
        cost += outer * (1 + found);
        outer *= Math.max(found, 1);
      } else if (detail.startsWith('CORRELATED')) cost += outer * inside;
      else if (detail.startsWith('USE TEMP B-TREE')) cost += outer;
      else if (detail.startsWith('MULTI-INDEX OR')) {
        cost += outer * inside;
        outer *= ROWS_BY_INDEX;
      }
      if (!/^(CORRELATED|MULTI-INDEX)/.test(detail)) cost += inside;
    }
    return cost;
  };
  return Math.max(1, costOf(0));
}
