/**
 * What a link shows: data by name, a query with its parameters, settings, a page. Never data itself, addresses to fetch,
 * markup or code; and nothing in it runs by itself. Every field is checked, for anybody may have written it.
 */
import type { SampleName } from '../database/samples/catalogue.ts';
import { checkSample, sampleProblem } from '../database/samples/settings.ts';
import { fields, oneOf, orNull, recordOf, refuse, text, textLike, whole, type Check } from './check.ts';
import { checkSettings, type ViewSettings } from './view-settings.ts';

export const VIEW_VERSION = 1;

export const VIEW_PAGES = ['lab', 'data', 'optimizer', 'cache', 'cluster', 'monitor'] as const;
export type ViewPage = (typeof VIEW_PAGES)[number];

/** A file is only named: whoever opens the link is asked for it. */
export type ViewSource =
  { type: 'sample'; name: SampleName; size: string; seed: number } | { type: 'file'; name: string };

/** A parameter as typed, so that 64-bit integers, reals and blobs stay exact. */
export interface ViewParameter {
  type: (typeof PARAMETER_TYPES)[number];
  text: string;
}
const PARAMETER_TYPES = ['integer', 'real', 'text', 'blob', 'null'] as const;

export interface View {
  version: typeof VIEW_VERSION;
  page: ViewPage;
  source: ViewSource;
  sql: string;
  /** By name with its prefix: `:city`, `?1`. */
  parameters: Record<string, ViewParameter>;
  settings: ViewSettings;
  /** Id of the guided experiment that is open; null when none is. */
  experiment: string | null;
}

/** Longest texts, in UTF-16 units; a link is far shorter, a forged one could unfold to more. */
export const VIEW_LIMITS = {
  sqlLength: 200_000,
  fileNameLength: 255,
  parameterLength: 100_000,
  parameters: 1000,
} as const;

const sampleSource: Check<ViewSource> = (value, field) => {
  const given = fields(value, field, ['type', 'name', 'size', 'seed']);
  const problem = sampleProblem(given, field);
  if (problem) throw refuse(problem);
  return { type: 'sample', ...checkSample(given) };
};

/** No control characters, and none that turn the direction of writing to make `gpj.exe` of `exe.jpg`. */
const fileName: Check<string> = (value, field) => {
  const name = text(VIEW_LIMITS.fileNameLength)(value, field);
  if (/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(name)) throw refuse(`${field} has invisible characters`);
  return name;
};

const fileSource = whole<Extract<ViewSource, { type: 'file' }>>({ type: oneOf(['file']), name: fileName });

const source: Check<ViewSource> = (value, field) => {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  return oneOf(['sample', 'file'])(type, `${field}.type`) === 'file'
    ? fileSource(value, field)
    : sampleSource(value, field);
};

const checkView = whole<View>({
  version: (value) => {
    if (value !== VIEW_VERSION) throw refuse('it was made by another version of the page');
    return VIEW_VERSION;
  },
  page: oneOf(VIEW_PAGES),
  source,
  sql: text(VIEW_LIMITS.sqlLength),
  parameters: recordOf(
    textLike(/^[?:@$]\S{0,99}$/, 'a parameter such as ?1 or :name'),
    whole<ViewParameter>({ type: oneOf(PARAMETER_TYPES), text: text(VIEW_LIMITS.parameterLength) }),
    VIEW_LIMITS.parameters,
  ),
  settings: checkSettings,
  experiment: orNull(textLike(/^[a-z0-9-]{1,60}$/, 'the name of an experiment')),
});

/** A fresh view with only known fields, each within its limits; throws AppError `link-invalid` that names the field. */
export function validate(input: unknown): View {
  return checkView(input, 'view');
}
