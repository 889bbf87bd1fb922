/** All pickers in teaching order; menus, tests and measurements iterate over it. */
import type { Picker } from './picker.ts';
import { PowerOfChoices } from './power-of-choices.ts';
import { RoundRobin } from './round-robin.ts';
import { SmoothWeighted } from './smooth-weighted.ts';
import type { BalancerSettings, PickerName } from '../settings.ts';

export const pickers = {
  'round-robin': () => new RoundRobin(),
  'smooth-weighted-round-robin': () => new SmoothWeighted(),
  p2c: (settings: BalancerSettings) => new PowerOfChoices(settings.choices),
} as const satisfies Record<PickerName, (settings: BalancerSettings) => Picker>;
