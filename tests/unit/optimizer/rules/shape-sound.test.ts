import { SHAPE_RULES } from '../../../../src/optimizer/rules/shape/registry.ts';
import { describeSound } from './sound.ts';

describeSound(SHAPE_RULES, 20_261_203, 60);
