/** Where in a JSON document rows are, from its beginning: what was cut off is closed again, so that the rest can be read. */
import { refuse } from './file-kind.ts';
import { stringEnd } from './json-scanner.ts';

export interface JsonPlace {
  path: string[];
  shape: 'objects' | 'arrays' | 'columns';
  /** Names for the columns of rows that are arrays, where the document has them beside the rows. */
  names: string[] | null;
  /** Rows seen. */
  rows: number;
}

const DEPTH_MAX = 6;
const LOOKED_AT = 50;
const NAME_KEYS = ['columns', 'fields', 'names', 'header', 'headers', 'cols'];
const WANTED =
  'Rows are wanted: a list of objects, a list of lists, an object of lists of the same length, or an object that holds one of these.';

/** Places with rows, the likeliest first. Error `import` says what was found instead. */
export function findRows(sample: string, isWhole: boolean): JsonPlace[] {
  const document = parsed(sample, isWhole);
  const places = placesIn(document, [], isWhole, null);
  if (places.length === 0) throw refuse(`This JSON is ${described(document)}. ${WANTED}`);
  return places.sort((one, other) => one.path.length - other.path.length || other.rows - one.rows);
}

function parsed(sample: string, isWhole: boolean): unknown {
  try {
    return JSON.parse(isWhole ? sample : closed(sample));
  } catch (error) {
    const { reason, position } = jsonMistake(error);
    const text = sample.trimEnd();
    if (isCut(text)) {
      throw refuse(
        `This JSON ends in line ${lineOf(text, text.length)} before it is complete: a bracket or a quote is never closed. If it was cut short, copy it again.`,
      );
    }
    const line = lineOf(text, position ?? mistakeAfter(text));
    throw refuse(
      `This is not JSON: there is a mistake in line ${line} (${reason}). Mend it and choose the file again.`,
    );
  }
}

const lineOf = (text: string, position: number): string =>
  text.slice(0, position).split('\n').length.toLocaleString('en');

/** Whether nothing is wrong with a text but that it does not go on. */
function isCut(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    const { reason, position } = jsonMistake(error);
    return /^(unexpected end|unterminated)/i.test(reason) || (position !== null && position >= text.length);
  }
}

/** Where the line with the mistake begins, for parsers that do not say: the lines before it could go on. */
function mistakeAfter(text: string): number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  let [sound, wrong] = [0, starts.length];
  while (wrong - sound > 1) {
    const middle = (sound + wrong) >> 1;
    if (isCut(text.slice(0, starts[middle]).trimEnd())) sound = middle;
    else wrong = middle;
  }
  return starts[sound];
}

/** What `JSON.parse` found wrong, without the places that browsers put into it, and the place by itself. */
export function jsonMistake(error: unknown): { reason: string; position: number | null } {
  const message = error instanceof Error ? error.message : String(error);
  const position = /position (\d+)/.exec(message)?.[1];
  const reason = message
    .replace(/ ?\(line \d+ column \d+\)/g, '')
    .replace(/(?: in JSON)? at (?:position \d+|line \d+ column \d+ of the JSON data)/g, '')
    .replace(/, (?:\.\.\.)?"[^]*"(?:\.\.\.)? is not valid JSON$/, '');
  return { reason: reason.slice(0, 160), position: position === undefined ? null : Number(position) };
}

/** Text cut off anywhere, ended at the last value that is complete, with all brackets closed. */
function closed(text: string): string {
  const open: string[] = [];
  let cut = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text[at];
    if (code === '"') {
      const end = stringEnd(text, at);
      if (end < 0) break;
      at = end - 1;
    } else if (code === '{' || code === '[') {
      open.push(code === '{' ? '}' : ']');
      cut = at + 1;
    } else if (code === '}' || code === ']') {
      open.pop();
      cut = at + 1;
    } else if (code === ',') cut = at;
  }
  return cut === 0 ? text : text.slice(0, cut) + open.reverse().join('');
}

function placesIn(value: unknown, path: string[], isWhole: boolean, names: string[] | null): JsonPlace[] {
  if (Array.isArray(value)) {
    const items = value.slice(0, LOOKED_AT) as unknown[];
    const lists = items.filter(Array.isArray).length;
    const objects = items.filter(isObject).length;
    if (objects > 0 && objects >= items.length / 2)
      return [{ path, shape: 'objects', names: null, rows: value.length }];
    if (lists > 0 && lists >= items.length / 2) return [{ path, shape: 'arrays', names, rows: value.length }];
    return [];
  }
  if (!isObject(value) || path.length >= DEPTH_MAX) return [];
  const entries = Object.entries(value);
  const found = entries.flatMap(([key, inner]) => placesIn(inner, [...path, key], isWhole, namesIn(value, key)));
  // What names the columns of rows beside it is no place with rows of its own.
  const isHere = (place: JsonPlace): boolean => place.path.length === path.length + 1;
  const named = found.some((place) => isHere(place) && place.names !== null);
  const places = found.filter((place) => !(named && isHere(place) && NAME_KEYS.includes(place.path.at(-1) ?? '')));
  if (isColumns(entries, isWhole)) {
    const rows = Math.max(...entries.map(([, list]) => (list as unknown[]).length));
    places.unshift({ path, shape: 'columns', names: null, rows });
  }
  return places;
}

/** Lists of the same length, none of whose values is a list; where the sample is cut off, the last may be shorter. */
function isColumns(entries: [string, unknown][], isWhole: boolean): boolean {
  const [first] = entries;
  if (!first || !Array.isArray(first[1]) || first[1].length === 0) return false;
  const { length } = first[1] as unknown[];
  return entries.every(([, list], index) => {
    if (!Array.isArray(list) || list.some((item) => Array.isArray(item) || isObject(item))) return false;
    return list.length === length || (!isWhole && index === entries.length - 1);
  });
}

function namesIn(parent: Record<string, unknown>, key: string): string[] | null {
  for (const candidate of NAME_KEYS) {
    const list = Object.hasOwn(parent, candidate) ? parent[candidate] : undefined;
    if (candidate === key || !Array.isArray(list) || list.length === 0) continue;
    const names = (list as unknown[]).map((item) => (isObject(item) ? item.name : item));
    if (names.every((name) => typeof name === 'string')) return names;
  }
  return null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function described(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : describedList(value);
  if (isObject(value)) {
    const keys = Object.keys(value);
    return keys.length === 0
      ? 'an empty object'
      : `one object with the keys ${keys.slice(0, 8).join(', ')}, none of which holds rows`;
  }
  return value === null ? 'null' : `a single ${typeof value === 'string' ? 'text' : typeof value}`;
}

/** `a, b and c`. */
function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

const KINDS: Record<string, string> = { string: 'texts', number: 'numbers', boolean: 'true or false', object: 'nulls' };

function describedList(items: readonly unknown[]): string {
  const rest = items.filter((item) => !isObject(item) && !Array.isArray(item));
  const kinds = listed([...new Set(rest.map((item) => KINDS[typeof item]))]);
  const count = (found: number, one: string, many: string): string =>
    `${found.toLocaleString('en')} of ${items.length.toLocaleString('en')} items ${found === 1 ? `is ${one}` : `are ${many}`}`;
  const objects = items.filter(isObject).length;
  const lists = items.filter(Array.isArray).length;
  if (objects === 0 && lists === 0) return `a list of ${kinds}`;
  const found = [
    ...(objects > 0 ? [count(objects, 'an object', 'objects')] : []),
    ...(lists > 0 ? [count(lists, 'a list', 'lists')] : []),
  ];
  return `a list in which ${found.join(' and ')}${kinds === '' ? '' : `; the others are ${kinds}`}`;
}
