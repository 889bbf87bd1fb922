/** A long text on its way into a file: pieces leave the heap for the browser's blob store as they come. */

/** Characters that are gathered before they become a blob. */
const BLOB_CHARACTERS = 4_000_000;

export class TextFile {
  readonly #blobs: Blob[] = [];
  #parts: string[] = [];
  #characters = 0;

  write(text: string): void {
    this.#parts.push(text);
    this.#characters += text.length;
    if (this.#characters >= BLOB_CHARACTERS) this.#flush();
  }

  /** All that was written, as UTF-8. */
  finish(mime: string): Blob {
    this.#flush();
    return new Blob(this.#blobs, { type: mime });
  }

  #flush(): void {
    this.#blobs.push(new Blob(this.#parts));
    this.#parts = [];
    this.#characters = 0;
  }
}
