/** Rules about queries within queries. */
import type { Rule } from '../rule.ts';
import { countToExists } from './count-to-exists.ts';
import { inSubquery } from './in-subquery.ts';

export const SUBQUERY_RULES: readonly Rule[] = [countToExists, inSubquery];
