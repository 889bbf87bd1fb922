/**
 * Numbers as people write them: `1.234,01` or `1,234.01`. The decimal sign is a choice for a whole file; the other of the two
 * signs then divides thousands. Only what is surely of the form is read so, digit by digit, and nothing is rounded here.
 */
import type { ImportReading } from './protocol.ts';

export type DecimalSign = ImportReading['decimal'];

const GROUPED = {
  '.': /^-?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/,
  ',': /^-?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?$/,
} as const;
const ONE_COMMA = /^-?(?:\d+,\d*|,\d+)(?:[eE][+-]?\d+)?$/;
const FRACTION = { '.': /^-?(?:0|[1-9]\d*)?\.\d+$/, ',': /^-?(?:0|[1-9]\d*)?,\d+$/ } as const;
const WITH_SIGN = /^(?:[€$£¥]\s*-?[\d.,]*\d|-?\d[\d.,]*\s*(?:[€$£¥%]|EUR|USD|CHF|GBP))$/;

/** The number written with a point and without thousands signs; null where the text is not of the form. */
export function pointed(text: string, decimal: DecimalSign): string | null {
  if (decimal === '.') {
    if (!text.includes(',')) return text;
    return GROUPED['.'].test(text) ? text.replaceAll(',', '') : null;
  }
  if (text.includes('.')) return GROUPED[','].test(text) ? text.replaceAll('.', '').replace(',', '.') : null;
  if (!text.includes(',')) return text;
  return ONE_COMMA.test(text) ? text.replace(',', '.') : null;
}

/** What a column's values say about the decimal sign, one value after the other. */
export class DecimalEvidence {
  #fits = { '.': true, ',': true };
  /** A value that can be read with this sign and with no other. */
  #clear = { '.': '', ',': '' };
  #unclear = '';
  #withSign = '';
  #seen = 0;
  #signs = 0;

  add(text: string): void {
    this.#seen++;
    if (/^-?\d+$/.test(text)) return;
    if (WITH_SIGN.test(text)) {
      this.#signs++;
      this.#withSign ||= text;
    }
    const readable = { '.': isOfForm(text, '.'), ',': isOfForm(text, ',') };
    for (const sign of ['.', ','] as const) {
      const other = sign === '.' ? ',' : '.';
      if (!readable[sign]) this.#fits[sign] = false;
      else if (!readable[other]) this.#clear[sign] ||= text;
    }
    if (readable['.'] && readable[',']) this.#unclear ||= text;
  }

  /** All values are numbers with this sign, and one of them can be read in no other way. */
  says(sign: DecimalSign): boolean {
    return this.#fits[sign] && this.#clear[sign] !== '';
  }

  /** A value that decides for the sign. */
  example(sign: DecimalSign): string {
    return this.#clear[sign];
  }

  /** An example of values that may be read either way, where no other value of the column decides. */
  get unclear(): string | null {
    return this.#fits['.'] && this.#fits[','] && this.#unclear !== '' ? this.#unclear : null;
  }

  /** An example, where nearly all values are numbers with a sign of money or percent beside them. */
  get withSign(): string | null {
    return this.#signs > this.#seen * 0.8 ? this.#withSign : null;
  }
}

function isOfForm(text: string, sign: DecimalSign): boolean {
  return FRACTION[sign].test(text) || GROUPED[sign].test(text);
}

/** Written as a number with either sign. */
export function isLocalNumber(text: string): boolean {
  return isOfForm(text, '.') || isOfForm(text, ',');
}
