/**
 * The two numbers on a database's first page by which a connection notices that others have written
 * (https://sqlite.org/fileformat2.html, section 1.3): at the change counter it forgets pages, at the schema cookie the schema.
 */
const CHANGE_COUNTER = 24;
const SCHEMA_COOKIE = 40;
/** The change counter for which page count and version number count; SQLite writes the same value in both places. */
const VERSION_VALID_FOR = 92;

export class FirstPage {
  readonly #view: DataView;

  /** Reads and writes these bytes in place. */
  constructor(page: Uint8Array) {
    this.#view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  }

  get changeCounter(): number {
    return this.#view.getUint32(CHANGE_COUNTER);
  }

  set changeCounter(count: number) {
    this.#view.setUint32(CHANGE_COUNTER, count);
    this.#view.setUint32(VERSION_VALID_FOR, count);
  }

  get schemaCookie(): number {
    return this.#view.getUint32(SCHEMA_COOKIE);
  }

  set schemaCookie(cookie: number) {
    this.#view.setUint32(SCHEMA_COOKIE, cookie);
  }
}
