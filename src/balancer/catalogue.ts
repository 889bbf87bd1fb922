/** Names and one-line explanations of the pickers, for menus. */
import type { PickerName } from './settings.ts';

export const pickerCatalogue: Record<PickerName, { title: string; explanation: string }> = {
  'round-robin': {
    title: 'Round robin',
    explanation: 'Each worker in turn. Fair in counts, blind to how long the work takes.',
  },
  'smooth-weighted-round-robin': {
    title: 'Weighted round robin',
    explanation: "In turn, by weight, without bursts to the heaviest: NGINX's smooth rule.",
  },
  p2c: {
    title: 'Power of two choices',
    explanation: 'Two workers at random, the less busy one wins. Nearly as good as asking all of them.',
  },
};
