/** What an import has to tell afterwards: lines kept aside, values that are not of their column's type, things passed over. */
import type { Misfit, Oddities } from './fit.ts';
import type { BadLine, ImportColumn, Misfits } from './protocol.ts';

const BAD_LINES_KEPT = 1000;
const BAD_TEXT_MAX = 500;
const EXAMPLES_KEPT = 3;
const EXAMPLE_LENGTH_MAX = 40;

export class Ledger {
  readonly badLines: BadLine[] = [];
  badLineCount = 0;
  readonly odd: Oddities[];
  readonly #misfits = new Map<number, Pick<Misfits, 'rows' | 'examples'>>();
  readonly #counts = new Map<string, number>();

  constructor(columnCount: number) {
    this.odd = Array.from({ length: columnCount }, () => ({ others: 0, whole: 0, rounded: 0 }));
  }

  /** A line that is no row. `text` is asked for only while examples are kept. */
  bad(line: number, text: () => string, reason: string, column: number | null = null, item?: number): void {
    this.badLineCount++;
    if (this.badLines.length >= BAD_LINES_KEPT) return;
    const bad = { line, text: text().slice(0, BAD_TEXT_MAX), reason, column };
    this.badLines.push(item === undefined ? bad : { ...bad, item });
  }

  /** A row with a value that the type of its column would change. */
  misfit(line: number, text: () => string, column: number, value: string, { reason }: Misfit, item?: number): void {
    this.bad(line, text, `Column ${column + 1}: ${reason}. Import the column as TEXT to keep it.`, column, item);
    const found = this.#misfits.get(column) ?? { rows: 0, examples: [] };
    found.rows++;
    const example = value.length > EXAMPLE_LENGTH_MAX ? `${value.slice(0, EXAMPLE_LENGTH_MAX)}…` : value;
    if (found.examples.length < EXAMPLES_KEPT && !found.examples.includes(example)) found.examples.push(example);
    this.#misfits.set(column, found);
  }

  misfits(columns: readonly ImportColumn[]): Misfits[] {
    return [...this.#misfits].map(([column, found]) => {
      const { name, type } = columns[column];
      return { column, name, type, ...found };
    });
  }

  /** Counts something under a sentence in which `#` stands for the count, and `{is|are}` for the word for one and for many. */
  count(sentence: string, by = 1): void {
    this.#counts.set(sentence, (this.#counts.get(sentence) ?? 0) + by);
  }

  notes(columns: readonly ImportColumn[]): string[] {
    const notes = [...this.#counts].map(([sentence, count]) => counted(sentence, count));
    this.odd.forEach(({ others, whole, rounded }, index) => {
      const { name = '', type = 'TEXT' } = columns[index] ?? {};
      if (others > 0)
        notes.push(
          `${name}: ${cells(others)} not ${type}; SQLite keeps ${others === 1 ? 'it as it is' : 'them as they are'}.`,
        );
      if (whole > 0)
        notes.push(`${name}: ${cells(whole)} written like 2.0 or 1e2; an INTEGER column stores them as whole numbers.`);
      if (rounded > 0) notes.push(`${name}: ${cells(rounded)} rounded, having more digits than a REAL keeps.`);
    });
    return notes;
  }
}

function counted(sentence: string, count: number): string {
  const words = sentence.replace(/\{([^|}]*)\|([^}]*)\}/g, (_, one: string, many: string) =>
    count === 1 ? one : many,
  );
  return words.replace('#', () => count.toLocaleString('en'));
}

function cells(count: number): string {
  return count === 1 ? '1 value is' : `${count.toLocaleString('en')} values are`;
}
