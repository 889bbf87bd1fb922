/** Pages against plain sql.js, and against each other. */
import { number, UsageError, type Command } from '../command.ts';
import { exactness } from '../exactness.ts';
import { sqliteModule } from '../sandbox.ts';

export const command: Command = {
  name: 'exactness',
  summary: 'random scripts on our pages and on plain sql.js: same answers, same bytes on primary, replicas and log',
  options: [
    { name: 'trials', type: 'number', default: 50, help: 'how many databases, 30 scripts each, 1 to 100,000' },
    { name: 'seed', type: 'number', default: 1, help: 'of shapes, scripts and failovers' },
  ],
  async run(options, progress) {
    const trials = number(options, 'trials');
    if (!Number.isInteger(trials) || trials < 1) {
      throw new UsageError(`--trials must be a positive integer, got ${trials}.`);
    }
    return exactness(await sqliteModule(), trials, number(options, 'seed'), progress);
  },
};
