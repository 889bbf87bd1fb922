/** Rules about conditions: what makes them answerable by an index, or settles them at once. */
import type { Rule } from '../rule.ts';
import { closedDomain } from './closed-domain.ts';
import { commonConjunct } from './common-conjunct.ts';
import { contradiction } from './contradiction.ts';
import { dateRange } from './date-range.ts';
import { foldsCase } from './fold-case.ts';
import { moveConstants } from './move-constants.ts';
import { prefixRange } from './prefix-range.ts';
import { pushNot } from './push-not.ts';
import { unwrapCase } from './unwrap-case.ts';
import { unwrapCast } from './unwrap-cast.ts';
import { unwrapDefault } from './unwrap-default.ts';

export const PREDICATE_RULES: readonly Rule[] = [
  pushNot,
  moveConstants,
  dateRange,
  prefixRange,
  unwrapDefault,
  unwrapCase,
  unwrapCast,
  foldsCase,
  contradiction,
  commonConjunct,
  closedDomain,
];
