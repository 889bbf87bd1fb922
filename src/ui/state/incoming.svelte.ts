/**
 * What a person hands to the page: dropped, picked or pasted. Databases are opened; everything else waits its turn for the
 * import dialog, one after the other.
 */

/** `paste` is an empty sheet to paste into. */
export type Incoming = File | 'paste';

/** What lies beside a database is offered with it; alone it is refused with the reason. */
const DATABASE_NAME = /\.(sqlite3?|db3?|s3db|sl3)(-wal|-shm|-journal)?$/i;
const DATABASE_MAGIC = 'SQLite format 3\0';

export class IncomingFiles {
  readonly #open: (file: File, wal: File | null) => Promise<void>;
  #waiting = $state.raw<Incoming[]>([]);

  constructor(open: (file: File, wal: File | null) => Promise<void>) {
    this.#open = open;
  }

  /** What the import dialog is about; null when it is closed. */
  get current(): Incoming | null {
    return this.#waiting[0] ?? null;
  }
  /** How many more wait behind it. */
  get more(): number {
    return Math.max(0, this.#waiting.length - 1);
  }

  async take(files: Iterable<File>): Promise<void> {
    const all = [...files];
    const beside = (file: File, ending: string): File | null =>
      all.find(({ name }) => name === `${file.name}${ending}`) ?? null;
    // The log of a database that is here too goes with it; the log's index holds no rows.
    const companions = new Set(all.flatMap((file) => [beside(file, '-wal'), beside(file, '-shm')]));
    for (const file of all) {
      if (companions.has(file)) continue;
      if (await isDatabase(file)) await this.#open(file, beside(file, '-wal'));
      else this.#waiting = [...this.#waiting, file];
    }
  }

  paste(): void {
    this.#waiting = ['paste', ...this.#waiting];
  }

  /** The sheet became a file. */
  pasted(file: File): void {
    this.#waiting = [file, ...this.#waiting.slice(1)];
  }

  /** The current one is done with. */
  next(): void {
    this.#waiting = this.#waiting.slice(1);
  }
}

/** By its name, or by its first sixteen bytes. Nothing more of the file is read. */
async function isDatabase(file: File): Promise<boolean> {
  if (DATABASE_NAME.test(file.name)) return true;
  const head = await file
    .slice(0, DATABASE_MAGIC.length)
    .text()
    .catch(() => '');
  return head === DATABASE_MAGIC;
}
