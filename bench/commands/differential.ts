/** The engine against plain sql.js, statement by statement. */
import { number, UsageError, type Command } from '../command.ts';
import { differential } from '../differential.ts';

export const command: Command = {
  name: 'differential',
  summary: 'the whole engine against plain sql.js on random statements: 0 differences',
  options: [
    { name: 'statements', type: 'number', default: 10_000, help: 'how many requests, 1 to 10,000,000' },
    { name: 'seed', type: 'number', default: 1, help: 'of the statements' },
  ],
  run(options, progress) {
    const statements = number(options, 'statements');
    if (!Number.isInteger(statements) || statements < 1) {
      throw new UsageError(`--statements must be a positive integer, got ${statements}.`);
    }
    return differential(statements, number(options, 'seed'), progress);
  },
};
