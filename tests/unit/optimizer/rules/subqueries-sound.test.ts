import { SUBQUERY_RULES } from '../../../../src/optimizer/rules/subqueries/registry.ts';
import { describeSound } from './sound.ts';

describeSound(SUBQUERY_RULES, 20_261_201, 60);
