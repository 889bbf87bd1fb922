/** Ranges of settings as data: menus show them, validation quotes them with the field and the value seen. */

export interface Range {
  readonly min: number;
  readonly max: number;
  /** Whole numbers only. */
  readonly integer?: boolean;
  /** `null` is allowed and means "off" or "none". */
  readonly nullable?: boolean;
}

/** Ranges for the numeric fields of a settings object. */
export type Ranges<Settings> = { readonly [Field in keyof Settings]?: Range };

/** The problem with one value, e.g. `workersMax must be an integer in [1, 32], got 0`, or null when it is fine. */
export function rangeProblem(field: string, value: unknown, range: Range): string | null {
  if (value === null && range.nullable) return null;
  const fits = typeof value === 'number' && value >= range.min && value <= range.max;
  if (fits && (!range.integer || Number.isInteger(value))) return null;
  const kind = range.integer ? 'an integer' : 'a number';
  const orNull = range.nullable ? ' or null' : '';
  return `${field} must be ${kind} in [${range.min}, ${range.max}]${orNull}, got ${shown(value)}`;
}

/** All problems of a settings object with its ranges, in the ranges' order. */
export function rangeProblems<Settings extends object>(settings: Settings, ranges: Ranges<Settings>): string[] {
  const problems: string[] = [];
  for (const field of Object.keys(ranges) as (keyof Settings & string)[]) {
    const range = ranges[field];
    const problem = range ? rangeProblem(field, settings[field], range) : null;
    if (problem) problems.push(problem);
  }
  return problems;
}

/** The problem with a choice among names, or null. */
export function choiceProblem(field: string, value: unknown, choices: readonly string[]): string | null {
  if (typeof value === 'string' && choices.includes(value)) return null;
  return `${field} must be one of ${choices.join(', ')}, got ${shown(value)}`;
}

/** A value as a person typed it, cut at 40 characters. */
export function shown(value: unknown): string {
  const text =
    typeof value === 'string' ? `'${value}'` : typeof value === 'number' ? String(value) : JSON.stringify(value);
  if (text === undefined) return 'nothing';
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
