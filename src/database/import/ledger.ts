/** What an import has to tell afterwards: lines kept aside, values that are not of their column's type, things passed over. */
import type { Oddities } from './fit.ts';
import type { BadLine, ImportColumn } from './protocol.ts';

const BAD_LINES_KEPT = 1000;
const BAD_TEXT_MAX = 500;

export class Ledger {
  readonly badLines: BadLine[] = [];
  badLineCount = 0;
  readonly odd: Oddities[];
  readonly #counts = new Map<string, number>();

  constructor(columnCount: number) {
    this.odd = Array.from({ length: columnCount }, () => ({ others: 0, whole: 0, rounded: 0 }));
  }

  /** A line that is no row. `text` is asked for only while examples are kept. */
  bad(line: number, text: () => string, reason: string): void {
    this.badLineCount++;
    if (this.badLines.length < BAD_LINES_KEPT)
      this.badLines.push({ line, text: text().slice(0, BAD_TEXT_MAX), reason });
  }

  /** Counts something under a sentence in which `#` stands for the count. */
  count(sentence: string, by = 1): void {
    this.#counts.set(sentence, (this.#counts.get(sentence) ?? 0) + by);
  }

  notes(columns: readonly ImportColumn[]): string[] {
    const notes = [...this.#counts].map(([sentence, count]) => sentence.replace('#', count.toLocaleString('en')));
    this.odd.forEach(({ others, whole, rounded }, index) => {
      const { name = '', type = 'TEXT' } = columns[index] ?? {};
      if (others > 0) notes.push(`${name}: ${cells(others)} not ${type}; SQLite keeps them as they are.`);
      if (whole > 0)
        notes.push(`${name}: ${cells(whole)} written like 2.0 or 1e2; an INTEGER column stores them as whole numbers.`);
      if (rounded > 0) notes.push(`${name}: ${cells(rounded)} rounded, having more digits than a REAL keeps.`);
    });
    return notes;
  }
}

function cells(count: number): string {
  return count === 1 ? '1 value is' : `${count.toLocaleString('en')} values are`;
}
