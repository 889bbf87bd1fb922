/**
 * What a person hands to the page: dropped, picked or pasted. Databases are opened; everything else waits its turn for the
 * import dialog, one after the other.
 */

/** `paste` is an empty sheet to paste into. */
export type Incoming = File | 'paste';

export interface Choice {
  databases: { file: File; wal: File | null }[];
  others: File[];
}

/** What lies beside a database is offered with it; alone it is refused with the reason. */
const DATABASE_NAME = /\.(sqlite3?|db3?|s3db|sl3)(-wal|-shm|-journal)?$/i;
const DATABASE_MAGIC = 'SQLite format 3\0';

export class IncomingFiles {
  readonly #open: (file: File, wal: File | null) => Promise<void>;
  #waiting = $state.raw<Incoming[]>([]);
  #choice = $state.raw<Choice | null>(null);

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

  /** Several files came of which not all can go the same way; null when nothing is asked. */
  get choice(): Choice | null {
    return this.#choice;
  }

  /** Opens this database, or none, and then imports what is to be imported into what is open. */
  async choose(database: File | null, isImported: boolean): Promise<void> {
    const choice = this.#choice;
    this.#choice = null;
    if (!choice) return;
    const wal = choice.databases.find(({ file }) => file === database)?.wal ?? null;
    if (database) await this.#open(database, wal);
    if (isImported) this.#waiting = [...this.#waiting, ...choice.others];
  }

  async take(files: Iterable<File>): Promise<void> {
    const all = [...files];
    const beside = (file: File, ending: string): File | null =>
      all.find(({ name }) => name === `${file.name}${ending}`) ?? null;
    // The log of a database that is here too goes with it; the log's index holds no rows.
    const companions = new Set(all.flatMap((file) => [beside(file, '-wal'), beside(file, '-shm')]));
    const databases: Choice['databases'] = [];
    const others: File[] = [];
    for (const file of all) {
      if (companions.has(file)) continue;
      if (await isDatabase(file)) databases.push({ file, wal: beside(file, '-wal') });
      else others.push(file);
    }
    // One database takes the place of another, and tables go into the one that is open: only the person knows which.
    if (databases.length > 0 && databases.length + others.length > 1) this.#choice = { databases, others };
    else if (databases.length === 1) await this.#open(databases[0].file, databases[0].wal);
    else this.#waiting = [...this.#waiting, ...others];
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

/** By its name, or by its first sixteen bytes. */
async function isDatabase(file: File): Promise<boolean> {
  return DATABASE_NAME.test(file.name) || beginsAsDatabase(file);
}

/** Whether its first sixteen bytes are those of every SQLite database. Nothing more of the file is read. */
async function beginsAsDatabase(file: File): Promise<boolean> {
  const head = await file
    .slice(0, DATABASE_MAGIC.length)
    .text()
    .catch(() => '');
  return head === DATABASE_MAGIC;
}
