/** Random kills under load with writes. */
import { chaos } from '../chaos.ts';
import { number, UsageError, type Command } from '../command.ts';

export const command: Command = {
  name: 'chaos',
  summary: 'random kills under reads and writes: nothing lost, doubled or different',
  options: [
    { name: 'trials', type: 'number', default: 100, help: 'how many trials of 40 steps, 1 to 100,000' },
    { name: 'seed', type: 'number', default: 1, help: 'of the steps and kills' },
  ],
  run(options, progress) {
    const trials = number(options, 'trials');
    if (!Number.isInteger(trials) || trials < 1)
      throw new UsageError(`--trials must be a positive integer, got ${trials}.`);
    return chaos(trials, number(options, 'seed'), progress);
  },
};
