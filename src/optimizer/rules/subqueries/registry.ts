/** Rules about queries within queries, and about joins that stand for one. */
import type { Rule } from '../rule.ts';
import { antiJoin } from './anti-join.ts';
import { countToExists } from './count-to-exists.ts';
import { existsToIn } from './exists-to-in.ts';
import { groupedToLateral } from './grouped-to-lateral.ts';
import { inSubquery } from './in-subquery.ts';
import { pushKeys } from './push-keys.ts';
import { scalarToJoin } from './scalar-to-join.ts';

export const SUBQUERY_RULES: readonly Rule[] = [
  countToExists,
  existsToIn,
  inSubquery,
  antiJoin,
  scalarToJoin,
  groupedToLateral,
  pushKeys,
];
