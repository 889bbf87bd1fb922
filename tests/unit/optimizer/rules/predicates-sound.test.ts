import { PREDICATE_RULES } from '../../../../src/optimizer/rules/predicates/registry.ts';
import { describeSound } from './sound.ts';

describeSound(PREDICATE_RULES, 20_261_130, 200);
