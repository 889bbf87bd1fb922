/** Rules about queries within queries, and about joins that stand for one. */
import type { Rule } from '../rule.ts';
import { antiJoin } from './anti-join.ts';
import { countToExists } from './count-to-exists.ts';
import { countsToFilter } from './counts-to-filter.ts';
import { eagerAggregation } from './eager-aggregation.ts';
import { existsToExtreme } from './exists-to-extreme.ts';
import { existsToIn } from './exists-to-in.ts';
import { groupedToLateral } from './grouped-to-lateral.ts';
import { inSubquery } from './in-subquery.ts';
import { joinElimination } from './join-elimination.ts';
import { pushKeys } from './push-keys.ts';
import { scalarToJoin } from './scalar-to-join.ts';
import { selfJoin } from './self-join.ts';
import { semiJoin } from './semi-join.ts';

export const SUBQUERY_RULES: readonly Rule[] = [
  countToExists,
  existsToIn,
  existsToExtreme,
  inSubquery,
  antiJoin,
  semiJoin,
  scalarToJoin,
  countsToFilter,
  groupedToLateral,
  pushKeys,
  eagerAggregation,
  joinElimination,
  selfJoin,
];
