/**
 * The bench: the text, its statements and parameters, what runs and what came of it. It outlives the Lab page, so that
 * going to another page and back loses nothing.
 */
import { createContext } from 'svelte';
import type {
  ExecuteRequest,
  QueryOutcome,
  Running,
  ScriptOutcome,
  SqlErrorDetail,
  SqlValue,
  StatementSpan,
} from '../../engine/client.ts';
import {
  bindValues,
  formNames,
  NEW_PARAMETER,
  parseParameter,
  type ParameterEntry,
} from '../components/parameter-value.ts';
import { statementAt } from '../components/editor/statement-at.ts';
import { formatMeasuredMs, formatRows, formatTimes } from '../format.ts';
import { plainError } from '../plain-error.ts';
import { announcer } from './announcer.svelte.ts';
import type { EngineState } from './engine.svelte.ts';

/** Above this the text is neither coloured nor split into statements while typing: typing must stay quick. */
export const LIVE_TEXT_LIMIT = 200_000;
const DESCRIBE_AFTER_MS = 250;
const HISTORY_KEPT = 50;
/** Executed times remembered, for "so many times faster". */
const TIMES_KEPT = 200;

export interface LabError {
  message: string;
  /** SQLite's own words, where the plain sentence replaces them. */
  original: string | null;
  /** In the editor's text; null when the place is not known. */
  start: number | null;
  end: number | null;
  statementIndex: number | null;
}

export interface HistoryEntry {
  sql: string;
  wallMs: number;
  executionTimeMs: number;
  rows: number;
}

/** A hit beside the measured run that it spared. */
export interface Speedup {
  executedMs: number;
  hitMs: number;
}

export class LabState {
  readonly #engine: EngineState;
  #sql = $state.raw('');
  #cursor = $state.raw(0);
  #described = $state.raw<{ text: string; spans: StatementSpan[] }>({ text: '', spans: [] });
  #entries = $state.raw<Record<string, ParameterEntry>>({});
  #running = $state.raw<Running<ScriptOutcome> | null>(null);
  #outcome = $state.raw<ScriptOutcome | null>(null);
  #error = $state.raw<LabError | null>(null);
  #tab = $state.raw(0);
  #history = $state.raw<HistoryEntry[]>([]);
  #speedup = $state.raw<Speedup | null>(null);
  #runs = $state.raw(0);
  #lastRequest: { request: ExecuteRequest; base: number } | null = null;
  #describeTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #executedMs = new Map<string, number>();
  /** Called after every change worth keeping. */
  onKeep: () => void = () => {};

  constructor(engine: EngineState) {
    this.#engine = engine;
  }

  get sql(): string {
    return this.#sql;
  }
  set sql(text: string) {
    if (text === this.#sql) return;
    this.#sql = text;
    this.#error = this.#error && { ...this.#error, start: null, end: null };
    clearTimeout(this.#describeTimer);
    if (text.length <= LIVE_TEXT_LIMIT) {
      this.#describeTimer = setTimeout(() => void this.describe().catch(() => undefined), DESCRIBE_AFTER_MS);
    }
    this.onKeep();
  }
  get cursor(): number {
    return this.#cursor;
  }
  set cursor(offset: number) {
    this.#cursor = offset;
  }
  /** Statements of the text; of an older text while the person types. Empty for a very long one. */
  get spans(): StatementSpan[] {
    return this.#described.spans;
  }
  /** True when `spans` belong to the text as it is. */
  get described(): boolean {
    return this.#described.text === this.#sql;
  }
  get statementIndex(): number {
    return this.described ? statementAt(this.spans, this.#sql, this.#cursor) : -1;
  }
  /** Names of the forms that the text asks for. */
  get parameterNames(): string[] {
    return [...new Set(this.spans.flatMap((span) => formNames(span.classification?.parameters ?? [])))];
  }
  get running(): boolean {
    return this.#running !== null;
  }
  get outcomes(): QueryOutcome[] {
    return this.#outcome?.outcomes ?? [];
  }
  get notes(): string[] {
    return this.#outcome?.notes ?? [];
  }
  get error(): LabError | null {
    return this.#error;
  }
  get tab(): number {
    return this.#tab;
  }
  set tab(index: number) {
    this.#tab = index;
  }
  /** The answer that is looked at. */
  get selected(): QueryOutcome | null {
    return this.outcomes[this.#tab] ?? null;
  }
  get history(): HistoryEntry[] {
    return this.#history;
  }
  /** Set when the last run was a hit, beside the time of the run that it spared. */
  get speedup(): Speedup | null {
    return this.#speedup;
  }
  /** Finished runs so far. */
  get runs(): number {
    return this.#runs;
  }
  get canRunAgain(): boolean {
    return this.#lastRequest !== null;
  }
  get entries(): Readonly<Record<string, ParameterEntry>> {
    return this.#entries;
  }

  entry(name: string): ParameterEntry {
    return this.#entries[name] ?? NEW_PARAMETER;
  }

  setEntry(name: string, entry: ParameterEntry): void {
    this.#entries = { ...this.#entries, [name]: entry };
    this.onKeep();
  }

  restore(kept: { sql: string; entries: Record<string, ParameterEntry>; history: HistoryEntry[] }): void {
    this.#entries = kept.entries;
    this.#history = kept.history;
    this.sql = kept.sql;
  }

  /** Forgets answers and times, for another database. */
  clearAnswers(): void {
    this.#outcome = null;
    this.#error = null;
    this.#speedup = null;
    this.#lastRequest = null;
    this.#executedMs.clear();
    this.#described = { text: '', spans: [] };
  }

  /** Splits the text by SQLite itself and finds its parameters. */
  async describe(): Promise<void> {
    const text = this.#sql;
    clearTimeout(this.#describeTimer);
    if (this.#engine.phase !== 'ready' || text === this.#described.text) return;
    const spans = await this.#engine.client.call.describe({ sql: text });
    // An answer for an older text would mark the wrong places.
    if (text === this.#sql) this.#described = { text, spans };
  }

  /** Runs the statement under the cursor, or the whole text. */
  async run(scope: 'statement' | 'all', options: Partial<ExecuteRequest> = {}): Promise<void> {
    if (this.running || this.#engine.phase !== 'ready') return;
    const text = this.#sql;
    if (text.trim() === '')
      return this.#refuse('There is nothing to run yet: write a query, or press a table to begin with.');
    if (text.length <= LIVE_TEXT_LIMIT) await this.describe().catch(() => undefined);
    const spans = this.described ? this.spans : [];
    const index = scope === 'statement' ? this.statementIndex : -1;
    if (this.described && spans.length === 0) {
      return this.#refuse('There are only comments here: write a query, or press a table to begin with.');
    }
    const chosen = index >= 0 ? [spans[index]] : spans;
    const parameters: SqlValue[][] = [];
    for (const span of chosen) {
      const names = span.classification?.parameters ?? [];
      for (const name of formNames(names)) {
        const parsed = parseParameter(this.entry(name));
        if ('problem' in parsed) return this.#refuse(`Parameter ${name} has no usable value. ${parsed.problem}`, span);
      }
      parameters.push(bindValues(names, (name) => this.#value(name)));
    }
    const base = index >= 0 ? spans[index].start : 0;
    const sql = index >= 0 ? text.slice(base, spans[index].end) : text;
    await this.#execute({ sql, parameters, ...options }, base);
  }

  /** The same request once more. */
  async runAgain(): Promise<void> {
    if (this.running || !this.#lastRequest) return;
    await this.#execute(this.#lastRequest.request, this.#lastRequest.base);
  }

  /** Runs a text that is not the editor's, such as an index to apply; answers only whether it went well. */
  async runAside(sql: string): Promise<QueryOutcome> {
    const { outcomes, error } = await this.#engine.client.execute({ sql }).done;
    if (error) throw new Error(this.#plain(error.message));
    await this.#afterWrites(outcomes);
    return outcomes.at(-1)!;
  }

  cancel(): void {
    this.#running?.cancel();
  }

  /** Parameters of the selected answer's statement, as they were bound. */
  get selectedParameters(): SqlValue[] {
    const given = this.#lastRequest?.request.parameters as SqlValue[][] | undefined;
    return given?.[this.#tab] ?? [];
  }

  async #execute(request: ExecuteRequest, base: number): Promise<void> {
    this.#lastRequest = { request, base };
    const running = this.#engine.client.execute(request);
    this.#running = running;
    try {
      const outcome = await running.done;
      this.#outcome = outcome;
      this.#error = outcome.error && this.#scriptError(outcome.error, base);
      const last = outcome.outcomes.findLastIndex((one) => one.result !== null);
      this.#tab = Math.max(0, last >= 0 ? last : outcome.outcomes.length - 1);
      this.#speedup = this.#compare(request);
      this.#remember(outcome, request);
      this.#runs++;
      announcer.say(this.#summary());
      await this.#afterWrites(outcome.outcomes);
    } catch (error) {
      const { message, code, detail } = error as { message: string; code?: string; detail?: unknown };
      this.#outcome = null;
      this.#speedup = null;
      if (code && STOPPED.includes(code)) this.#error = { ...noPlace, message, original: null };
      else this.#error = this.#labError({ message }, isSqlDetail(detail) ? detail : null, null, base);
      announcer.say(this.#error.message);
    } finally {
      this.#running = null;
    }
  }

  /** For one statement that was run and is now a hit: both measured times. Otherwise keeps the executed time for later. */
  #compare(request: ExecuteRequest): Speedup | null {
    let speedup: Speedup | null = null;
    this.outcomes.forEach((outcome, index) => {
      const values = (request.parameters as SqlValue[][] | undefined)?.[index] ?? [];
      const key = `${outcome.sql}\u0000${values.map((value) => `${typeof value}:${String(value)}`).join()}`;
      if (!outcome.cacheHit) {
        if (this.#executedMs.size >= TIMES_KEPT) this.#executedMs.clear();
        this.#executedMs.set(key, outcome.executionTimeMs);
        return;
      }
      const executedMs = this.#executedMs.get(key);
      if (index === this.#tab && executedMs !== undefined) speedup = { executedMs, hitMs: outcome.executionTimeMs };
    });
    return speedup;
  }

  #remember(outcome: ScriptOutcome, request: ExecuteRequest): void {
    if (request.sql.length > LIVE_TEXT_LIMIT) return;
    const executionTimeMs = outcome.outcomes.reduce((sum, one) => sum + one.executionTimeMs, 0);
    const rows = outcome.outcomes.at(-1)?.work.rows ?? 0;
    const entry: HistoryEntry = { sql: request.sql, wallMs: Date.now(), executionTimeMs, rows };
    this.#history = [entry, ...this.#history.filter((old) => old.sql !== entry.sql)].slice(0, HISTORY_KEPT);
    this.onKeep();
  }

  async #afterWrites(outcomes: QueryOutcome[]): Promise<void> {
    if (outcomes.every((outcome) => outcome.durability === null)) return;
    await this.#engine.refreshSchema().catch(() => undefined);
    // Names that were unknown may exist now.
    this.#described = { text: '', spans: [] };
    await this.describe().catch(() => undefined);
  }

  #summary(): string {
    if (this.#error) return this.#error.message;
    const outcome = this.selected;
    if (!outcome) return 'Done; there was nothing to answer.';
    const time = formatMeasuredMs(outcome.executionTimeMs);
    const rows = outcome.result
      ? formatRows(outcome.result.rowCount)
      : formatRows(outcome.work.rowsChanged, 'row changed', 'rows changed');
    const hit = this.#speedup
      ? `, from the cache, ${speedupText(this.#speedup)}`
      : outcome.cacheHit
        ? ', from the cache'
        : '';
    return `${rows} in ${time}${hit}.`;
  }

  #refuse(message: string, span: { start: number; end: number } | null = null): void {
    this.#error = { message, original: null, start: span?.start ?? null, end: span?.end ?? null, statementIndex: null };
    announcer.say(message);
  }

  #value(name: string): SqlValue {
    const parsed = parseParameter(this.entry(name));
    return 'value' in parsed ? parsed.value : null;
  }

  /** Offsets of an error count from the text that was sent; those of the editor from its beginning. */
  #labError(
    error: { message: string },
    position: SqlErrorDetail | null,
    span: { start: number; end: number } | null,
    base: number,
  ): LabError {
    const start = position?.start ?? span?.start ?? null;
    const end = position?.start != null ? position.end : (span?.end ?? null);
    const message = this.#plain(position?.message ?? error.message);
    return {
      message,
      original: message === error.message ? null : error.message,
      start: start === null ? null : start + base,
      end: end === null ? null : end + base,
      statementIndex: null,
    };
  }

  #scriptError(error: NonNullable<ScriptOutcome['error']>, base: number): LabError {
    const { statementIndex } = error;
    // What was stopped has no fault at any place.
    if (STOPPED.includes(error.code)) return { ...noPlace, message: error.message, original: null, statementIndex };
    return { ...this.#labError(error, error.position, error.span, base), statementIndex };
  }

  #plain(message: string): string {
    const tables = this.#engine.schema?.tables ?? [];
    return plainError(message, {
      tables: tables.map((table) => table.name),
      columns: [...new Set(tables.flatMap((table) => table.columns.map((column) => column.name)))],
    });
  }
}

/** `212x faster`; where the hit was below the clock's step, at least so many times. */
export function speedupText({ executedMs, hitMs }: Speedup): string {
  if (hitMs === 0)
    return executedMs <= 0.1 ? 'both below the clock’s step' : `more than ${formatTimes(executedMs / 0.1)} faster`;
  const ratio = executedMs / hitMs;
  return ratio >= 1.05 ? `${formatTimes(ratio)} faster` : 'about as fast';
}

/** Codes of a run that was ended from outside: its text is not at fault. */
const STOPPED: readonly string[] = ['cancelled', 'deadline', 'engine-lost'];

const noPlace = { start: null, end: null, statementIndex: null };

function isSqlDetail(detail: unknown): detail is SqlErrorDetail {
  return typeof detail === 'object' && detail !== null && 'message' in detail && 'start' in detail;
}

export const [getLab, setLab] = createContext<LabState>();
