/**
 * One file on its way into tables: what was guessed about it, what the person decided instead, how far the import is and what
 * came of it. Nothing is read on the page: the engine gets the file itself.
 */
import type {
  ImportColumn,
  ImportFormat,
  ImportPlan,
  ImportPreview,
  ImportReading,
  ImportReport,
  PointInTime,
  Progress,
} from '../../engine/client.ts';
import { formatRows } from '../format.ts';
import { announcer } from './announcer.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import { importObstacle } from './import-obstacle.ts';
import type { SessionState } from './session.svelte.ts';
import { timeLeftMs } from './time-left.ts';

/** A choice is read again when the person has paused for so long. */
const PREVIEW_AFTER_MS = 300;

/** What the person may change of one column. */
export type ColumnEdit = Partial<Pick<ImportColumn, 'name' | 'type' | 'included'>>;

export class ImportState {
  readonly file: File;
  readonly #engine: EngineState;
  readonly #session: SessionState;
  #phase = $state.raw<'ready' | 'importing' | 'done'>('ready');
  #preview = $state.raw<ImportPreview | null>(null);
  #problem = $state.raw<string | null>(null);
  #reading = $state(false);
  /** What the person chose; the rest stays guessed. */
  #chosen = $state.raw<Partial<Omit<ImportReading, 'columns'>>>({});
  /** By the column's place and name in the file (names may repeat), so that they outlive another delimiter and come back with the old one. */
  #edits = $state.raw<Readonly<Record<string, ColumnEdit>>>({});
  #table = $state.raw<string | null>(null);
  #mode = $state.raw<ImportPlan['mode']>('create');
  #into = $state.raw<ImportPlan['into']>('open');
  #progress = $state.raw<Progress | null>(null);
  #startedMs = 0;
  #leftMs = $state.raw<number | null>(null);
  #report = $state.raw<ImportReport | null>(null);
  #point = $state.raw<PointInTime | null>(null);
  #undone = $state(false);
  #cancel: () => void = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Answers for an older choice come late. */
  #asked = 0;

  constructor(file: File, engine: EngineState, session: SessionState) {
    this.file = file;
    this.#engine = engine;
    this.#session = session;
    void this.#look();
  }

  get phase(): 'ready' | 'importing' | 'done' {
    return this.#phase;
  }
  get preview(): ImportPreview | null {
    return this.#preview;
  }
  /** Why the file cannot be read, or was not imported; null while all is well. */
  get problem(): string | null {
    return this.#problem;
  }
  /** The beginning of the file is being looked at. */
  get reading(): boolean {
    return this.#reading;
  }
  get format(): ImportFormat | null {
    return this.#chosen.format ?? this.#preview?.reading.format ?? null;
  }
  /** What the file is made of, for one and for many. */
  get lineWords(): [string, string] {
    return this.format === 'json' ? ['item', 'items'] : ['line', 'lines'];
  }
  /** How the file will be read, the person's choices in it. */
  get plan(): ImportReading | null {
    return this.#preview && { ...this.#preview.reading, ...this.#chosen, columns: this.columns };
  }
  get columns(): ImportColumn[] {
    return this.#edited(this.#preview?.reading.columns ?? []);
  }
  get table(): string {
    return this.#table ?? this.#preview?.table ?? '';
  }
  set table(name: string) {
    this.#table = name;
  }
  get mode(): ImportPlan['mode'] {
    return this.#mode;
  }
  set mode(mode: ImportPlan['mode']) {
    this.#mode = mode;
  }
  get into(): ImportPlan['into'] {
    return this.#into;
  }
  set into(into: ImportPlan['into']) {
    this.#into = into;
    if (into === 'new') this.#mode = 'create';
  }
  get progress(): Progress | null {
    return this.#progress;
  }
  /** Reckoned from the share that is done; null while it is too early to say. */
  get leftMs(): number | null {
    return this.#leftMs;
  }
  get report(): ImportReport | null {
    return this.#report;
  }
  /** The data as it was before the import, or after one that was undone: where it is kept, and what a press goes to. */
  get point(): PointInTime | null {
    return this.#point;
  }
  /** The person decided how to read the file, which may be why it cannot be read. */
  get isChosen(): boolean {
    return Object.keys(this.#chosen).length > 0;
  }
  get undone(): boolean {
    return this.#undone;
  }
  /** What stands in the way of Import, in words; null when it can be pressed. */
  get obstacle(): string | null {
    const { readOnly } = this.#engine.database ?? {};
    if (readOnly) return readOnly;
    if (!this.#preview) return this.#reading ? 'The file is still being looked at.' : 'The file could not be read.';
    return importObstacle({
      format: this.format,
      table: this.table,
      mode: this.mode,
      into: this.into,
      columns: this.columns,
      present: this.#engine.schema?.tables ?? [],
    });
  }

  /** Another way to read the file: it is looked at again, and the person's columns stay where they still fit. */
  choose(change: Partial<Omit<ImportReading, 'columns'>>): void {
    // Another format has nothing in common with what was chosen for the old one.
    this.#chosen = change.format && change.format !== this.format ? change : { ...this.#chosen, ...change };
    this.#lookSoon();
  }

  editColumn(index: number, edit: ColumnEdit): void {
    const column = this.#preview?.reading.columns[index];
    if (!column) return;
    const key = keyOf(column, index);
    this.#edits = { ...this.#edits, [key]: { ...this.#edits[key], ...edit } };
    // Names and choices change no value; a type does.
    if (edit.type) this.#lookSoon();
  }

  async run(): Promise<void> {
    const { plan } = this;
    if (!plan || this.obstacle !== null || this.#reading || this.#phase === 'importing') return;
    if (this.into === 'new' && !(await this.#session.mayReplace('a new database'))) return;
    clearTimeout(this.#timer);
    this.#phase = 'importing';
    this.#problem = null;
    this.#progress = null;
    this.#leftMs = null;
    this.#startedMs = performance.now();
    announcer.say(`Importing ${this.file.name}…`);
    const isScript = plan.format === 'sql';
    const request = {
      file: this.file,
      name: this.file.name,
      plan: { reading: plan, table: isScript ? '' : this.table.trim(), mode: this.mode, into: this.into },
    };
    const work = this.#engine.client.start('importFile', request, { onProgress: (progress) => this.#tell(progress) });
    this.#cancel = work.cancel;
    try {
      const { report, database, point } = await work.done;
      this.#report = report;
      this.#point = point;
      this.#phase = 'done';
      await this.#engine.adopt(database);
      this.#session.dataChanged(this.into === 'new');
      announcer.say(`${formatRows(report.rows)} imported into ${report.tables.join(', ') || 'the database'}.`);
    } catch (error) {
      this.#phase = 'ready';
      const { code } = error as { code?: string };
      this.#problem = code === 'cancelled' ? 'Cancelled: nothing was imported.' : messageOf(error);
      announcer.say(this.#problem);
    }
  }

  /** Ends an import that is under way; safe at any time. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#cancel();
  }

  /** Back to the data before the import, and forth again: each return makes a point of its own. */
  async undo(): Promise<void> {
    if (!this.#point) return;
    const { call } = this.#engine.client;
    this.#problem = null;
    try {
      const known = new Set((await call.pointsInTime({})).points.map(({ id }) => id));
      await this.#engine.restorePoint(this.#point.id);
      this.#undone = !this.#undone;
      this.#session.dataChanged(false);
      announcer.say(this.#undone ? 'The import is undone.' : 'The import is done again.');
      // Newest first: the state that was just left.
      this.#point = (await call.pointsInTime({})).points.find(({ id }) => !known.has(id)) ?? null;
    } catch (error) {
      this.#problem = messageOf(error);
      announcer.say(this.#problem);
    }
  }

  #tell(progress: Progress): void {
    this.#progress = progress;
    this.#leftMs = timeLeftMs(progress.fraction, performance.now() - this.#startedMs);
  }

  #lookSoon(): void {
    clearTimeout(this.#timer);
    // From now on what is shown is not what would be imported.
    this.#reading = true;
    this.#timer = setTimeout(() => void this.#look(), PREVIEW_AFTER_MS);
  }

  async #look(): Promise<void> {
    const asked = ++this.#asked;
    const typed = Object.values(this.#edits).some((edit) => edit.type);
    const first = this.#preview === null;
    this.#reading = true;
    try {
      let preview = await this.#ask(this.#chosen);
      const columns = this.#edited(preview.reading.columns);
      // The types of the person decide what the rows look like; how the file is read stays guessed, and is told so.
      if (typed && asked === this.#asked) {
        const { guesses } = preview;
        preview = { ...(await this.#ask({ ...preview.reading, ...this.#chosen, columns })), guesses };
      }
      if (asked !== this.#asked) return;
      this.#preview = preview;
      this.#problem = null;
      if (first) announcer.say(`${preview.name}: ${preview.guesses.join(' ')}`);
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#preview = null;
      this.#problem = messageOf(error);
      announcer.say(this.#problem);
    } finally {
      if (asked === this.#asked) this.#reading = false;
    }
  }

  #edited(columns: readonly ImportColumn[]): ImportColumn[] {
    return columns.map((column, index) => ({ ...column, ...this.#edits[keyOf(column, index)] }));
  }

  #ask(reading: Partial<ImportReading>): Promise<ImportPreview> {
    return this.#engine.client.call.previewImport({ file: this.file, name: this.file.name, reading });
  }
}

function keyOf({ source }: ImportColumn, index: number): string {
  return `${index} ${source}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
