/** The scenarios that come with the lab, read and checked, with a title and one line for menus. */
import p2c from './scenarios/p2c.json';
import roundRobin from './scenarios/round-robin.json';
import spike from './scenarios/spike.json';
import steady from './scenarios/steady.json';
import workerFailure from './scenarios/worker-failure.json';
import { readScenario } from './settings.ts';

export const scenarioCatalogue = {
  spike: {
    title: 'A spike',
    explanation:
      'Four times the load for half a minute. The scaler adds workers, late by their start, and lets them go.',
    scenario: readScenario(spike),
  },
  p2c: {
    title: 'Two choices at 90 % load',
    explanation: '100 workers with a queue each. Each request asks two of them and takes the shorter queue.',
    scenario: readScenario(p2c),
  },
  'round-robin': {
    title: 'Round robin at 90 % load',
    explanation: 'The same requests as with two choices, dealt in turn: compare the waits.',
    scenario: readScenario(roundRobin),
  },
  steady: {
    title: 'A thousand workers',
    explanation: '90,000 requests a second, spread by two choices.',
    scenario: readScenario(steady),
  },
  'worker-failure': {
    title: 'Workers fail',
    explanation: 'Three of eight die, then two answer with errors, then two are slow: retries, ejection, replacement.',
    scenario: readScenario(workerFailure),
  },
} as const;
