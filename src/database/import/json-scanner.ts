/**
 * Finds the rows in a JSON document of any size without building the document: only the element that is looked at is held.
 * It follows brackets and strings; whether an element is JSON is for `JSON.parse` to say.
 */
import { countOf } from './csv-records.ts';
import { refuse } from './file-kind.ts';

export interface JsonElement {
  text: string;
  /** 1-based, where it begins. */
  line: number;
  /** An object where a list of rows could be: its members are the columns. */
  isColumns: boolean;
}

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** Characters of one row. */
const ELEMENT_LENGTH_MAX = 64 * 2 ** 20;

export class JsonScanner {
  readonly #path: readonly string[];
  #text = '';
  #at = 0;
  #lookAt = 0;
  /** Line of the character at `#lineAt`. */
  #line = 1;
  #lineAt = 0;
  /** Open brackets outside the rows, true for objects; and how many of the path's keys the way here has. */
  #open: boolean[] = [];
  #matched = 0;
  #keyNext = false;
  #key: string | null = null;
  /** Inside the rows: brackets open in the present element, and where it begins (-1 between two). */
  #inRows = false;
  #depth = 0;
  #start = -1;
  /** The rows are an object of columns: it is one element. */
  #isObject = false;
  #found = false;
  #sawValue = false;

  constructor(path: readonly string[]) {
    this.#path = path;
  }

  /** Elements that more text completes. `last` closes the document; error `import` when it is cut short or has no rows there. */
  push(text: string, last: boolean): JsonElement[] {
    this.#text += text;
    if (!last && this.#text.length < this.#lookAt) return [];
    const elements: JsonElement[] = [];
    this.#scan(elements, last);
    const from = this.#start >= 0 ? this.#start : this.#at;
    if (this.#text.length - from > ELEMENT_LENGTH_MAX) {
      throw refuse(
        `Line ${this.#lineOf(from)}: this value is longer than ${ELEMENT_LENGTH_MAX.toLocaleString('en')} characters, which is more than a row may have here.`,
      );
    }
    this.#drop(from);
    this.#lookAt = this.#text.length * 2;
    if (last && (this.#open.length > 0 || this.#inRows)) {
      throw refuse(
        `The file ends in the middle of its JSON (line ${this.#lineOf(this.#text.length)}): it was cut short. Copy it again.`,
      );
    }
    if (last && !this.#found) {
      throw refuse(`There are no rows at ${this.#path.length > 0 ? this.#path.join(' › ') : 'the top'} of this JSON.`);
    }
    return elements;
  }

  #scan(elements: JsonElement[], last: boolean): void {
    const text = this.#text;
    while (this.#at < text.length) {
      const code = text.charCodeAt(this.#at);
      if (code === QUOTE) {
        const end = stringEnd(text, this.#at);
        if (end < 0) {
          if (last) throw refuse(`Line ${this.#lineOf(this.#at)}: a text is opened with a quote and never closed.`);
          return;
        }
        if (this.#inRows) this.#begin();
        else if (this.#keyNext) {
          this.#key = text.slice(this.#at, end);
          this.#keyNext = false;
        }
        this.#at = end;
        continue;
      }
      if (this.#inRows) this.#inside(code, elements);
      else this.#outside(code);
      this.#at++;
    }
  }

  #inside(code: number, elements: JsonElement[]): void {
    if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
      this.#begin();
      this.#depth++;
    } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) {
      if (this.#depth === 0) {
        this.#end(elements, this.#at);
        this.#inRows = false;
      } else if (--this.#depth === 0 && this.#isObject) {
        this.#end(elements, this.#at + 1);
        this.#inRows = false;
      }
    } else if (code === COMMA && this.#depth === 0) this.#end(elements, this.#at);
    else if (code > 32) this.#begin();
  }

  #outside(code: number): void {
    if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
      if (this.#open.length === 0 && this.#sawValue) this.#garbage();
      this.#sawValue = true;
      const isObject = code === OPEN_OBJECT;
      const depth = this.#open.length;
      if (depth > 0 && depth === this.#matched + 1 && this.#open[depth - 1] && this.#isKey(depth - 1)) this.#matched++;
      if (!this.#found && depth === this.#path.length && this.#matched === depth) {
        this.#found = this.#inRows = true;
        this.#isObject = isObject;
        this.#depth = 0;
        if (isObject) {
          this.#begin();
          this.#depth = 1;
        }
        this.#matched = Math.max(0, this.#matched - 1);
        return;
      }
      this.#open.push(isObject);
      this.#keyNext = isObject;
    } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) {
      if (this.#open.pop() === undefined) this.#garbage();
      this.#matched = Math.min(this.#matched, Math.max(0, this.#open.length - 1));
      this.#keyNext = false;
    } else if (code === COMMA) this.#keyNext = this.#open.at(-1) ?? false;
    else if (code > 32 && code !== COLON && this.#open.length === 0) this.#garbage();
  }

  #isKey(index: number): boolean {
    if (this.#key === null || index >= this.#path.length) return false;
    try {
      return JSON.parse(this.#key) === this.#path[index];
    } catch {
      return false;
    }
  }

  #garbage(): never {
    if (!this.#sawValue) throw refuse('This JSON does not begin with a list or an object: it holds no rows.');
    throw refuse(
      `Line ${this.#lineOf(this.#at)}: something follows the end of the JSON document. If every line is a document of its own, import it as NDJSON.`,
    );
  }

  #begin(): void {
    if (this.#start < 0) this.#start = this.#at;
  }

  #end(elements: JsonElement[], end: number): void {
    if (this.#start >= 0) {
      const text = this.#text.slice(this.#start, end).trimEnd();
      elements.push({ text, line: this.#lineOf(this.#start), isColumns: this.#isObject });
    }
    this.#start = -1;
  }

  #lineOf(at: number): number {
    this.#line += countOf(this.#text.slice(this.#lineAt, at), '\n');
    this.#lineAt = at;
    return this.#line;
  }

  #drop(before: number): void {
    if (this.#lineAt < before) this.#lineOf(before);
    this.#text = this.#text.slice(before);
    this.#at -= before;
    this.#lineAt -= before;
    if (this.#start >= 0) this.#start -= before;
  }
}

/** Index after the string that begins at `open`; -1 when it does not end here. */
export function stringEnd(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return -1;
}
