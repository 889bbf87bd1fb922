/** All pickers in teaching order; menus, tests and measurements iterate over it. */
import type { Picker } from './picker.ts';
import { PowerOfTwo } from './power-of-two.ts';
import { RoundRobin } from './round-robin.ts';
import { SmoothWeighted } from './smooth-weighted.ts';
import type { PickerName } from '../settings.ts';

export const pickers = {
  'round-robin': () => new RoundRobin(),
  'smooth-weighted-round-robin': () => new SmoothWeighted(),
  p2c: () => new PowerOfTwo(),
} as const satisfies Record<PickerName, () => Picker>;
