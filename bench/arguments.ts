/** Reads a command's options from the command line, by its own table. */
import { UsageError, type Command, type CommandOption, type OptionValues } from './command.ts';

type Value = OptionValues[string];

/** Throws `UsageError` on an unknown option, a missing one, or a value of the wrong type. */
export function readArguments(command: Command, args: readonly string[]): OptionValues {
  const values: Record<string, Value> = {};
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] ?? '';
    const [, name, inline] = /^--([^=]+)(?:=([\s\S]*))?$/.exec(argument) ?? [];
    const option = command.options.find((each) => each.name === name);
    if (!option) throw new UsageError(`${command.name} has no option ${argument}. ${known(command)}`);
    if (option.type === 'flag') {
      if (inline !== undefined) throw new UsageError(`--${option.name} takes no value.`);
      values[option.name] = true;
      continue;
    }
    const given = inline ?? args[++i];
    if (given === undefined || given === '') throw new UsageError(`--${option.name} needs a value: ${option.help}`);
    values[option.name] = convert(option, given, values[option.name]);
  }
  for (const option of command.options) {
    if (option.name in values) continue;
    if (option.required) throw new UsageError(`${command.name} needs --${option.name}: ${option.help}`);
    values[option.name] = option.default ?? { string: null, number: null, list: [], flag: false }[option.type];
  }
  return values;
}

function convert(option: CommandOption, given: string, before: Value | undefined): Value {
  if (option.type === 'string') return given;
  if (option.type === 'list') {
    const items = given.split(',').map((item) => item.trim());
    return [...(Array.isArray(before) ? (before as readonly string[]) : []), ...items.filter(Boolean)];
  }
  const number = Number(given);
  if (!Number.isFinite(number)) throw new UsageError(`--${option.name} must be a number, got ${given}.`);
  return number;
}

/** Names of the options, for messages. */
function known(command: Command): string {
  const names = command.options.map((option) => `--${option.name}`);
  return names.length > 0 ? `It has ${names.join(', ')}.` : 'It has none.';
}

/** The text of `--help` for one command. */
export function helpOf(command: Command): string {
  const rows = command.options.map(({ name, type, required, default: otherwise, help }) => {
    const left = `  --${name}${type === 'flag' ? '' : ` <${type}>`}`;
    const right = required ? ' (required)' : otherwise === undefined ? '' : ` (default: ${String(otherwise)})`;
    return `${left.padEnd(30)} ${help}${right}`;
  });
  return [`${command.name}: ${command.summary}`, ...rows].join('\n');
}
