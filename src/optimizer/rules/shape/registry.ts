/** Rules about the shape of a query: its joins, its arms, its columns and its order. */
import type { Rule } from '../rule.ts';
import { countDistinct } from './count-distinct.ts';
import { groupByReduction } from './group-by-reduction.ts';
import { inlineCommonTable } from './inline-common-table.ts';
import { indexOrder } from './index-order.ts';
import { joinOrder } from './join-order.ts';
import { lateLookup } from './late-lookup.ts';
import { materializedHints } from './materialized-hints.ts';
import { minMaxSplit } from './min-max-split.ts';
import { needlessDistinct } from './needless-distinct.ts';
import { needlessOrderBy } from './needless-order-by.ts';
import { orToUnion } from './or-to-union.ts';
import { limitRows, narrowColumns } from './preview.ts';
import { rowNumberOne } from './row-number-one.ts';
import { sharedSubquery } from './shared-subquery.ts';
import { starToColumns } from './star-to-columns.ts';
import { unionToUnionAll } from './union-to-union-all.ts';
import { windowForSelfJoin } from './window-for-self-join.ts';

export const SHAPE_RULES: readonly Rule[] = [
  minMaxSplit,
  groupByReduction,
  rowNumberOne,
  needlessOrderBy,
  needlessDistinct,
  unionToUnionAll,
  windowForSelfJoin,
  countDistinct,
  orToUnion,
  lateLookup,
  materializedHints,
  inlineCommonTable,
  indexOrder,
  sharedSubquery,
  joinOrder,
  starToColumns,
];

/** They change the result: opt-in, labelled, never applied by themselves. */
export const SHAPE_PREVIEWS: readonly Rule[] = [limitRows, narrowColumns];
