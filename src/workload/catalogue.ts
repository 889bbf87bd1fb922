/** Names and one-line explanations of the load shapes, for menus. */
import type { ShapeName } from './settings.ts';

export const shapeCatalogue: Record<ShapeName, { title: string; explanation: string }> = {
  steady: { title: 'Steady', explanation: 'The same rate throughout.' },
  ramp: { title: 'Ramp', explanation: 'Grows evenly from the rate to the peak.' },
  spike: {
    title: 'Spike',
    explanation: 'The rate, then the peak from a quarter to half of the time, then the rate again.',
  },
  wave: { title: 'Wave', explanation: 'Up and down between the rate and the peak, three times.' },
};
