/** Rules about conditions: what makes them answerable by an index, or settles them at once. */
import type { Rule } from '../rule.ts';

export const PREDICATE_RULES: readonly Rule[] = [];
