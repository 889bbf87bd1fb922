/** How JSON is to be read, from its beginning: where the rows are, their columns and types. */
import { CHOSEN, SAMPLE_ROWS, keptColumns } from './csv-guess.ts';
import { refuse } from './file-kind.ts';
import { TypeGuess } from './fit.ts';
import { membersOf, type JsonMember } from './json-members.ts';
import { findRows, type JsonPlace } from './json-outline.ts';
import { elementsOf } from './json.ts';
import { Ledger } from './ledger.ts';
import { columnNames } from './names.ts';
import type { ImportReading } from './protocol.ts';

export interface JsonGuess {
  reading: Pick<ImportReading, 'format' | 'path' | 'header' | 'columns'>;
  guesses: string[];
  otherPaths: string[][];
}

const SHAPES = { objects: 'objects', arrays: 'lists of values', columns: 'an object with a list for each column' };

export async function previewJson(
  sample: string,
  isWhole: boolean,
  format: 'json' | 'ndjson',
  given: Partial<ImportReading>,
): Promise<JsonGuess> {
  const guesses: string[] = [];
  const places = format === 'json' ? findRows(sample, isWhole) : [];
  const place = given.path ? places.find(({ path }) => path.join('\0') === given.path!.join('\0')) : places[0];
  if (given.path && !place && format === 'json')
    throw refuse(`There are no rows at ${given.path.join(' › ')} of this JSON.`);
  const path = place?.path ?? [];
  if (place) {
    const where = path.length > 0 ? path.join(' › ') : 'the top of the document';
    guesses.push(`The rows are ${SHAPES[place.shape]}, found at ${where}${given.path ? `: ${CHOSEN}` : '.'}`);
  }
  const rows = await sampleRows(sample, isWhole, { format, path });
  if (rows.length === 0) throw refuse('No line of the file is a JSON object or list.');
  const [first] = rows;
  const header = given.header ?? (first.every(({ key }) => key === null) && looksLikeNames(rows));
  if (header && given.header === undefined)
    guesses.push('The first list holds names: texts above values of other kinds.');
  const data = header ? rows.slice(1) : rows;
  const sources = sourcesOf(first, data, header, place);
  const columns = keptColumns(given.columns, sources) ?? guessColumns(sources, data);
  const otherPaths = places.filter((one) => one !== place).map((one) => one.path);
  return { reading: { format, path, header, columns }, guesses, otherPaths };
}

async function sampleRows(
  sample: string,
  isWhole: boolean,
  reading: Pick<ImportReading, 'format' | 'path'>,
): Promise<JsonMember[][]> {
  const rows: JsonMember[][] = [];
  const once = (async function* () {
    yield { text: sample, bytesRead: 0 };
  })();
  for await (const { elements } of elementsOf(reading, once, isWhole, new Ledger(0))) {
    for (const { text, isColumns } of elements) {
      if (rows.length >= SAMPLE_ROWS) return rows;
      if (isColumns) rows.push(...turned(text));
      else if (text[0] === '{' || text[0] === '[') rows.push([...membersOf(text)]);
    }
  }
  return rows;
}

/** The first rows of an object of columns. */
function turned(text: string): JsonMember[][] {
  const lists = [...membersOf(text)]
    .filter(({ value }) => value.startsWith('['))
    .map(({ key, value }) => ({ key, members: [...membersOf(value)] }));
  const length = Math.min(SAMPLE_ROWS, ...lists.map(({ members }) => members.length));
  return Array.from({ length }, (_, index) => lists.map(({ key, members }) => ({ ...members[index], key })));
}

function looksLikeNames([first, second]: readonly JsonMember[][]): boolean {
  const texts = first.map(({ kind, value }) => (kind === 'text' ? value.trim() : ''));
  if (!second || texts.includes('') || new Set(texts.map((text) => text.toLowerCase())).size < texts.length)
    return false;
  return second.some(({ kind }) => kind !== 'text');
}

function sourcesOf(
  first: readonly JsonMember[],
  data: readonly (readonly JsonMember[])[],
  header: boolean,
  place: JsonPlace | undefined,
): string[] {
  const keys = new Set<string>();
  let width = 0;
  for (const row of data) {
    if (row.some(({ key }) => key !== null)) for (const { key } of row) if (key !== null) keys.add(key);
    if (row[0]?.key === null) width = Math.max(width, row.length);
  }
  if (keys.size > 0) return [...keys];
  const names = header ? first.map(({ value }) => value.trim()) : place?.names?.length === width ? place.names : [];
  return Array.from({ length: Math.max(width, names.length) }, (_, index) => names[index] || `column ${index + 1}`);
}

function guessColumns(sources: readonly string[], rows: readonly (readonly JsonMember[])[]): ImportReading['columns'] {
  const guesses = sources.map(() => new TypeGuess());
  const places = new Map(sources.map((source, index) => [source, index]));
  for (const row of rows) {
    row.forEach(({ key, kind, value }, index) => {
      const guess = guesses[key === null ? index : (places.get(key) ?? -1)];
      if (!guess || kind === 'null') return;
      if (kind === 'number') guess.addWritten(value);
      else if (kind === 'boolean') guess.addWritten('1');
      else guess.addText();
    });
  }
  const names = columnNames(sources);
  return sources.map((source, index) => ({ source, name: names[index], type: guesses[index].type, included: true }));
}
