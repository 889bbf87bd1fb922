/**
 * Rows on their way into a file or the clipboard. A result is saved from its own columns, as it is shown, and never run again;
 * tables and whole queries are written by the engine.
 */
import { createFormatter, formatEntry } from '../../database/export/formatter.ts';
import { TextFile } from '../../database/export/text-file.ts';
import type {
  EngineClient,
  ExportFormat,
  ExportSource,
  Progress,
  QueryOutcome,
  ResultColumns,
} from '../../engine/client.ts';
import { saveFile } from '../components/save-file.ts';
import { formatBytes, formatRows } from '../format.ts';
import { announcer } from './announcer.svelte.ts';

/** Rows between two looks at the clock, and how long the page may be busy before it looks up. */
const ROWS_AT_ONCE = 500;
const BUSY_MS_MAX = 20;
/** What may go to the clipboard. */
export const COPY_ROWS_MAX = 10_000;
const COPY_CHARACTERS_MAX = 2_000_000;
/** In CREATE TABLE and INSERT of a result, which has no name of its own. */
const RESULT_TABLE = 'result';

export type Exportable =
  | { kind: 'result'; outcome: QueryOutcome; result: ResultColumns }
  | { kind: 'source'; what: ExportSource; rowCount: number | null };

export class ExportState {
  readonly #client: EngineClient;
  #progress = $state.raw<Progress | null>(null);
  #busy = $state(false);
  #problem = $state.raw<string | null>(null);
  #done = $state.raw<string | null>(null);
  #cancelled = false;
  #cancel: () => void = () => {};

  constructor(client: EngineClient) {
    this.#client = client;
  }

  get busy(): boolean {
    return this.#busy;
  }
  /** Null until the first rows are written. */
  get progress(): Progress | null {
    return this.#progress;
  }
  get problem(): string | null {
    return this.#problem;
  }
  /** What was saved, in words. */
  get done(): string | null {
    return this.#done;
  }

  cancel(): void {
    this.#cancelled = true;
    this.#cancel();
  }

  save(from: Exportable, format: ExportFormat): Promise<void> {
    return this.#work(async () => {
      if (from.kind === 'result') {
        const file = await this.#write(from, format);
        const name = `result.${formatEntry(format).extension}`;
        saveFile(name, [file], file.type);
        return `${formatRows(from.result.rowCount)} saved as ${name}.`;
      }
      const request = { what: from.what, format };
      const work = this.#client.start('exportRows', request, {
        onProgress: (progress) => {
          const { rows = 0 } = progress;
          this.#progress = { ...progress, fraction: from.rowCount ? Math.min(1, rows / from.rowCount) : 0 };
        },
      });
      this.#cancel = work.cancel;
      const { name, file, rows } = await work.done;
      saveFile(name, [file], file.type);
      return `${formatRows(rows)} saved as ${name}, ${formatBytes(file.size)}.`;
    });
  }

  copy(from: Exportable & { kind: 'result' }, format: ExportFormat): Promise<void> {
    return this.#work(async () => {
      const text = await (await this.#write(from, format)).text();
      if (text.length > COPY_CHARACTERS_MAX) throw new Error('This is too much for the clipboard: save it as a file.');
      await navigator.clipboard.writeText(text);
      return `${formatRows(from.result.rowCount)} copied as ${formatEntry(format).title}.`;
    });
  }

  async #write({ outcome, result }: Exportable & { kind: 'result' }, format: ExportFormat): Promise<Blob> {
    const whole = await this.#withWholeCells(outcome, result);
    const formatter = createFormatter(format, { table: RESULT_TABLE });
    const file = new TextFile();
    file.write(formatter.begin(whole));
    let busySince = performance.now();
    for (let row = 0; row < whole.rowCount; row += ROWS_AT_ONCE) {
      const to = Math.min(whole.rowCount, row + ROWS_AT_ONCE);
      file.write(formatter.rows(whole, row, to));
      if (performance.now() - busySince < BUSY_MS_MAX) continue;
      this.#progress = { fraction: to / whole.rowCount, stage: 'writing rows', rows: to };
      await new Promise((resolve) => setTimeout(resolve));
      if (this.#cancelled) throw new Error('Cancelled: nothing was saved.');
      busySince = performance.now();
    }
    file.write(formatter.end());
    return file.finish(formatEntry(format).mime);
  }

  /** Cells above 1 MiB are cut on the page: their wholes come from the engine, which keeps those of recent results. */
  async #withWholeCells({ resultId }: QueryOutcome, result: ResultColumns): Promise<ResultColumns> {
    if (result.large.length === 0 || resultId === null) return result;
    const encoder = new TextEncoder();
    const large = [];
    for (const { row, column } of result.large) {
      const { value } = await this.#client.call.wholeCell({ resultId, row, column });
      if (this.#cancelled) throw new Error('Cancelled: nothing was saved.');
      large.push({ row, column, bytes: value instanceof Uint8Array ? value : encoder.encode(String(value)) });
    }
    return { ...result, large };
  }

  async #work(act: () => Promise<string>): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#cancelled = false;
    this.#progress = null;
    this.#problem = null;
    this.#done = null;
    try {
      this.#done = await act();
      announcer.say(this.#done);
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
      announcer.say(this.#problem);
    } finally {
      this.#busy = false;
      this.#cancel = () => {};
    }
  }
}
