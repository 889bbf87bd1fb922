/** What a command of `npm run -s measure -- <what>` is: options told as data, and a run that returns one JSON document. */

/** One option, `--name value`. A `list` is comma-separated or repeated; a `flag` takes no value. */
export interface CommandOption {
  name: string;
  type: 'string' | 'number' | 'list' | 'flag';
  required?: boolean;
  /** Taken when the option is not given. Without it: null, an empty list, or false. */
  default?: string | number | readonly string[] | boolean;
  /** One line for `--help`, with unit and range. */
  help: string;
}

/** Options as read: by name, without dashes, in the type that the command's table says. */
export type OptionValues = Readonly<Record<string, string | number | boolean | readonly string[] | null>>;

/** Tells a person how far the work is; goes to standard error. */
export type Progress = (line: string) => void;

export interface Command {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  options: readonly CommandOption[];
  /** Resolves to what is printed as JSON. A person's mistake is thrown as `UsageError`. */
  run(options: OptionValues, progress: Progress): Promise<unknown>;
}

/** A mistake in what was asked for: printed as it is, exit code 2. */
export class UsageError extends Error {}

/** Typed looks into option values; each throws when the command's own table says something else (a bug). */
export function text(options: OptionValues, name: string): string {
  const value = options[name];
  if (typeof value !== 'string') throw new Error(`option ${name} is not a text`);
  return value;
}

export function textOrNull(options: OptionValues, name: string): string | null {
  return options[name] === null ? null : text(options, name);
}

export function number(options: OptionValues, name: string): number {
  const value = options[name];
  if (typeof value !== 'number') throw new Error(`option ${name} is not a number`);
  return value;
}

export function list(options: OptionValues, name: string): readonly string[] {
  const value = options[name];
  if (!Array.isArray(value)) throw new Error(`option ${name} is not a list`);
  return value as readonly string[];
}

export function flag(options: OptionValues, name: string): boolean {
  return options[name] === true;
}
