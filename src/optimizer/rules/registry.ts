/** The rules that the optimizer tries, and those that only ever are previews. */
import { countToExists } from './count-to-exists.ts';
import { inSubquery } from './in-subquery.ts';
import { joinOrder } from './join-order.ts';
import { orToUnion } from './or-to-union.ts';
import { limitRows, narrowColumns } from './preview.ts';
import type { Rule } from './rule.ts';
import { starToColumns } from './star-to-columns.ts';

export const PROVED_RULES: readonly Rule[] = [countToExists, orToUnion, inSubquery, joinOrder, starToColumns];

export const PREVIEW_RULES: readonly Rule[] = [limitRows, narrowColumns];
