/** Whether each thing that a rule asks for is needed, and would be missed: see `rule-mutants.ts`. */
import { PROVED_RULES } from '../../src/optimizer/rules/registry.ts';
import { loadReader } from '../../src/sql/parse/readers.ts';
import { list, number, UsageError, type Command } from '../command.ts';
import { questionsFor } from '../generated.ts';
import { mutateRules } from '../rule-mutants.ts';
import { emptySandbox, sqliteModule } from '../sandbox.ts';

export const command: Command = {
  name: 'rule-mutants',
  summary: 'Takes away one precondition of a rewrite rule at a time: some database must then tell a wrong row.',
  options: [
    { name: 'queries', type: 'number', default: 200, help: 'generated for each rule' },
    {
      name: 'tries',
      type: 'number',
      default: 40,
      help: 'rewrites without a difference after which a mutant has survived',
    },
    { name: 'seed', type: 'number', default: 1, help: 'of the queries and their rows' },
    { name: 'only', type: 'list', help: 'these rules' },
    {
      name: 'budget-ms',
      type: 'number',
      default: 4000,
      help: 'time for one rewrite: a quarter of it for small databases',
    },
  ],
  async run(options, progress) {
    const [queries, tries] = [number(options, 'queries'), number(options, 'tries')];
    for (const [name, value] of Object.entries({ queries, tries }))
      if (!Number.isInteger(value) || value < 1)
        throw new UsageError(`--${name} must be a positive integer, got ${value}.`);
    const only = list(options, 'only');
    const unknown = only.find((id) => !PROVED_RULES.some((rule) => rule.id === id));
    if (unknown !== undefined) throw new UsageError(`--only: there is no rule ${unknown}.`);
    const rules = PROVED_RULES.filter((rule) => only.length === 0 || only.includes(rule.id));
    const [module, reader] = [await sqliteModule(), await loadReader()];
    return mutateRules(
      rules,
      (rule, random) => questionsFor(rule, queries, () => emptySandbox(module), random),
      reader,
      number(options, 'seed'),
      { tries, budgetMs: number(options, 'budget-ms') },
      progress,
    );
  },
};
