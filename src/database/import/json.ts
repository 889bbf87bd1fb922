/** JSON and NDJSON as a source of rows: values as they are written, nested ones as JSON text, true and false as 1 and 0. */
import type { SqlValue } from '../protocol.ts';
import { refuse } from './file-kind.ts';
import { fitText, fitWritten, Misfit, type Oddities } from './fit.ts';
import { membersOf, type JsonMember } from './json-members.ts';
import { jsonMistake } from './json-outline.ts';
import { JsonScanner, type JsonElement } from './json-scanner.ts';
import type { Ledger } from './ledger.ts';
import type { ImportReading, ImportType } from './protocol.ts';
import type { RowBatch, RowSource } from './row-source.ts';
import type { TextChunk } from './text-chunks.ts';

const BOOLEANS = '# {value was|values were} true or false: stored as 1 and 0.';
const NESTED = '# {list or object|lists and objects} inside of rows {is|are} stored as JSON text.';
const HALF_PAIRS = '# {text holds|texts hold} half of a surrogate pair, which is no character: it became “\uFFFD”.';

export function jsonSource(reading: ImportReading, chunks: () => AsyncIterable<TextChunk>, isWhole = true): RowSource {
  return async function* (types, ledger) {
    const shape = new RowShape(reading, types, ledger);
    let headerDue = reading.header;
    let item = 0;
    for await (const { elements, bytesRead } of elementsOf(reading, chunks(), isWhole, ledger)) {
      const batch: { rows: SqlValue[][]; lines: number[] } = { rows: [], lines: [] };
      for (const element of elements) {
        const first = element.text[0];
        item++;
        if (headerDue && first === '[') {
          headerDue = false;
          continue;
        }
        const rows = element.isColumns ? shape.transposed(element) : shape.row(element, item);
        for (const row of rows) {
          batch.rows.push(row);
          batch.lines.push(element.line);
        }
      }
      yield { rows: batch.rows, lineOf: (row) => batch.lines[row], bytesRead } satisfies RowBatch;
    }
  };
}

/** The elements of a document, each still as text. Bad lines of NDJSON are kept aside; a document that is not JSON is refused. */
export async function* elementsOf(
  reading: Pick<ImportReading, 'format' | 'path'>,
  chunks: AsyncIterable<TextChunk>,
  isWhole: boolean,
  ledger: Ledger,
): AsyncGenerator<{ elements: JsonElement[]; bytesRead: number }> {
  const scanner = reading.format === 'ndjson' ? new LineScanner() : new JsonScanner(reading.path);
  const checked = (elements: JsonElement[]): JsonElement[] =>
    elements.filter((element) => isValid(element, reading.format === 'ndjson' ? ledger : null));
  let bytesRead = 0;
  for await (const chunk of chunks) {
    bytesRead = chunk.bytesRead;
    yield { elements: checked(scanner.push(chunk.text, false)), bytesRead };
  }
  if (isWhole) yield { elements: checked(scanner.push('', true)), bytesRead };
}

function isValid({ text, line }: JsonElement, ledger: Ledger | null): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const { reason } = jsonMistake(error);
    if (!ledger)
      throw refuse(`Line ${line.toLocaleString('en')}: this is not JSON (${reason}). Nothing was imported.`, { line });
    ledger.bad(line, () => text, `It is not JSON (${reason}).`);
    return false;
  }
}

class RowShape {
  /** Of NDJSON an item is a line, and told by that alone. */
  readonly #hasItems: boolean;
  readonly #types: readonly (ImportType | null)[];
  readonly #ledger: Ledger;
  readonly #places: Map<string, number>;

  constructor({ columns, format }: ImportReading, types: readonly (ImportType | null)[], ledger: Ledger) {
    this.#hasItems = format === 'json';
    this.#types = types;
    this.#ledger = ledger;
    this.#places = new Map(columns.map(({ source }, index) => [source, index]));
  }

  /** One row, or none when it is kept aside. `item` counts from 1. */
  row(element: JsonElement, item: number): SqlValue[][] {
    const first = element.text[0];
    if (first !== '{' && first !== '[') return this.#bad(element, item, 'It is neither an object nor a list.');
    const row: SqlValue[] = Array<SqlValue>(this.#types.length).fill(null);
    let count = 0;
    for (const member of membersOf(element.text)) {
      const place = member.key === null ? count : this.#places.get(member.key);
      count++;
      if (place === undefined) {
        this.#ledger.count(
          `# {value stands|values stand} under a key that is no column and {was|were} not imported: ${member.key?.slice(0, 60)}.`,
        );
        continue;
      }
      if (place >= row.length) continue;
      const value = this.#value(member, place);
      if (value instanceof Misfit) return this.#misfit(element, item, place, member.value, value);
      row[place] = value;
    }
    if (first === '[' && count !== row.length)
      return this.#bad(element, item, `${count} values where ${row.length} were expected.`);
    return [row];
  }

  /** All rows of an object of columns. */
  transposed(element: JsonElement): SqlValue[][] {
    const members = [...membersOf(element.text)].filter(({ value }) => value.startsWith('['));
    const lists = new Map(members.map(({ key, value }) => [key, [...membersOf(value)]]));
    const columns = [...this.#places].map(([source, place]) => {
      const list = lists.get(source);
      if (!list)
        throw refuse(
          `Line ${element.line}: an object stands where rows were expected, and it has no list named ${source}.`,
        );
      return { place, list };
    });
    const length = Math.max(...columns.map(({ list }) => list.length));
    return Array.from({ length }, (_, index) => index).flatMap((index) => {
      const row: SqlValue[] = Array<SqlValue>(this.#types.length).fill(null);
      for (const { place, list } of columns) {
        const member = list[index];
        if (!member)
          return this.#bad(element, index + 1, 'The columns are not of the same length.', `row ${index + 1}`);
        const value = this.#value(member, place);
        if (value instanceof Misfit)
          return this.#misfit(element, index + 1, place, member.value, value, `row ${index + 1}`);
        row[place] = value;
      }
      return [row];
    });
  }

  #value({ kind, value }: JsonMember, place: number): SqlValue | Misfit {
    const type = this.#types[place];
    if (type === null || kind === 'null') return null;
    const odd: Oddities = this.#ledger.odd[place];
    switch (kind) {
      case 'number':
        return type === 'BLOB' ? fitWritten('REAL', value, odd) : fitWritten(type, value, odd);
      case 'boolean':
        if (type === 'TEXT') return value;
        this.#ledger.count(BOOLEANS);
        return value === 'true' ? 1 : 0;
      case 'nested':
        this.#ledger.count(NESTED);
        return fitText(type, value, odd);
      case 'text':
        if (/[\ud800-\udfff]/.test(value) && /\p{Surrogate}/u.test(value)) this.#ledger.count(HALF_PAIRS);
        return fitText(type, value, odd);
    }
  }

  #misfit({ text, line }: JsonElement, item: number, place: number, value: string, misfit: Misfit, shown = text): [] {
    this.#ledger.misfit(line, () => shown, place, value, misfit, this.#hasItems ? item : undefined);
    return [];
  }

  #bad({ text, line }: JsonElement, item: number, reason: string, shown = text): [] {
    this.#ledger.bad(line, () => shown, reason, null, this.#hasItems ? item : undefined);
    return [];
  }
}

/** Lines, each a document of its own. */
class LineScanner {
  #pending = '';
  #lookAt = 0;
  #line = 1;

  push(text: string, last: boolean): JsonElement[] {
    this.#pending += text;
    if (!last && this.#pending.length < this.#lookAt) return [];
    const lines = this.#pending.split('\n');
    this.#pending = last ? '' : (lines.pop() ?? '');
    this.#lookAt = this.#pending.length * 2;
    return lines
      .map((line) => ({ text: line.trim(), line: this.#line++, isColumns: false }))
      .filter((element) => element.text !== '');
  }
}
