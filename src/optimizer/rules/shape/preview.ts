/** Rules that change the result, and say so: switched on by the person, labelled, never cached or exported. */
import type { Expr } from '../../../sql/ast.ts';
import { column, isSimple, literal } from '../../../sql/ast.ts';
import { foldCase } from '../../../sql/tokens.ts';
import { isAggregated } from '../../determined.ts';
import { visitExpr } from '../../../sql/walk.ts';
import type { Rule } from '../rule.ts';
import { placesOf } from '../support.ts';

/** Rows of a limited preview. */
export const PREVIEW_ROWS = 1000;

/** Adds `LIMIT 1000`. Left alone: what is limited already, and single rows. */
export const limitRows: Rule = {
  id: 'limit-rows',
  apply(query) {
    const oneRow = isSimple(query) && isAggregated(query.first) && query.first.groupBy.length === 0;
    if (query.limit || query.offset || oneRow || query.first.from.length === 0) return [];
    const select = { ...query, limit: literal(String(PREVIEW_ROWS)) };
    return [{ select, preconditions: [], note: `first ${PREVIEW_ROWS} rows` }];
  },
};

/** `SELECT *` of one table → its key and the columns that the query names elsewhere. Left alone: chosen columns. */
export const narrowColumns: Rule = {
  id: 'narrow-columns',
  apply(query, { schema }) {
    const [place] = placesOf(query, schema);
    const { core } = place ?? { core: query.first };
    const table = place?.scope.sources.length === 1 ? place.scope.sources[0]?.table : null;
    if (!place || !table || !isSimple(query) || core.columns.length !== 1 || core.columns[0]?.expr.kind !== 'star')
      return [];
    const wanted = new Set((table.uniqueKeys[0] ?? []).map(foldCase));
    const look = (expr: Expr | null): void => {
      if (expr) visitExpr(expr, { expr: (part) => void (part.kind === 'column' && wanted.add(foldCase(part.name))) });
    };
    [core.where, ...core.groupBy, ...query.orderBy.map((term) => term.expr)].forEach(look);
    const kept = table.columns.filter((one) => wanted.has(foldCase(one.name)));
    if (kept.length === 0 || kept.length === table.columns.length) return [];
    const columns = kept.map((one) => ({ expr: column(null, one.name), alias: null }));
    const note = `${kept.length} of ${table.columns.length} columns`;
    return [{ select: { ...query, first: { ...core, columns } }, preconditions: [], note }];
  },
};
