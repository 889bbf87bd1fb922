/**
 * `a JOIN b ON p` → `b CROSS JOIN a WHERE p`: SQLite keeps the order of a CROSS JOIN. Inner joins may come in any order, their conditions may
 * move to WHERE, and a star is written out first so that its columns keep their order.
 * Left alone: outer joins, USING, more than five tables, and a text that pins an order itself.
 */
import type { Core, Expr, Source } from '../../../sql/ast.ts';
import { and, conjunctsOf } from '../../../sql/ast.ts';
import { sourcesOf, type Scope } from '../../../sql/scope.ts';
import { replaceCore } from '../../../sql/walk.ts';
import type { Rewrite, Rule } from '../rule.ts';
import { placesOf, withoutStars } from '../support.ts';

const TABLES_MAX = 5;
/** Of the 120 orders of five tables most join what no condition connects; of the others so many are tried. */
const ORDERS_MAX = 24;

export const joinOrder: Rule = {
  id: 'join-order',
  apply(query, { schema }) {
    const rewrites: Rewrite[] = [];
    for (const { core, scope } of placesOf(query, schema)) {
      const { from } = core;
      if (from.length < 2 || from.length > TABLES_MAX) continue;
      if (!from.every((source) => isFree(source))) continue;
      const columns = withoutStars(core, scope);
      if (!columns) continue;
      const conditions = [...from.flatMap((source) => conjunctsOf(source.on)), ...conjunctsOf(core.where)];
      const links = linksOf(conditions, scope);
      if (!links) continue;
      for (const order of connectedOrders(from.length, links).slice(0, ORDERS_MAX)) {
        const pinned: Core = { ...core, columns, from: pin(order.map((index) => from[index])), where: and(conditions) };
        const names = order.map((index) => scope.sources[index]?.label).join(', ');
        rewrites.push({ select: replaceCore(query, core, pinned), preconditions: [], note: `in the order ${names}` });
      }
    }
    return rewrites;
  },
};

/** Joined by nothing but conditions; the arguments of a table function may need what stands before it. */
function isFree({ join, using, table }: Source): boolean {
  return /^(first|,|JOIN)$/.test(join) && !using && (table.kind === 'table' || table.kind === 'select');
}

function pin(sources: readonly (Source | undefined)[]): Source[] {
  return sources.flatMap((source, index) =>
    source ? [{ ...source, join: index === 0 ? 'first' : 'CROSS JOIN', on: null }] : [],
  );
}

/** Pairs of sources that some condition connects; null when a name is not certain. */
function linksOf(conditions: readonly Expr[], scope: Scope): Set<string> | null {
  const links = new Set<string>();
  for (const condition of conditions) {
    const sources = sourcesOf(condition, scope);
    if (!sources) return null;
    for (const a of sources) for (const b of sources) if (a !== b) links.add(`${a} ${b}`);
  }
  return links;
}

/** Orders in which each source is connected with one before it, as far as any is. */
function connectedOrders(count: number, links: ReadonlySet<string>): number[][] {
  const orders: number[][] = [];
  const extend = (order: readonly number[]): void => {
    if (order.length === count) {
      orders.push([...order]);
      return;
    }
    const left = Array.from({ length: count }, (_, index) => index).filter((index) => !order.includes(index));
    const connected = left.filter((index) => order.some((earlier) => links.has(`${earlier} ${index}`)));
    for (const next of connected.length > 0 ? connected : left) extend([...order, next]);
  };
  extend([]);
  return orders;
}
