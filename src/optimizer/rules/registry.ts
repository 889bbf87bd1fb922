/** The rules that the optimizer tries, family by family, and those that only ever are previews. */
import { PREDICATE_RULES } from './predicates/registry.ts';
import type { Rule } from './rule.ts';
import { SHAPE_PREVIEWS, SHAPE_RULES } from './shape/registry.ts';
import { SUBQUERY_RULES } from './subqueries/registry.ts';

export const PROVED_RULES: readonly Rule[] = [...PREDICATE_RULES, ...SUBQUERY_RULES, ...SHAPE_RULES];

export const PREVIEW_RULES: readonly Rule[] = SHAPE_PREVIEWS;
