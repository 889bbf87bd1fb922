/**
 * The bench: the text, its statements and parameters, what runs and what came of it. It outlives the Lab page, so that
 * going to another page and back loses nothing.
 */
import { createContext } from 'svelte';
import type {
  ExecuteRequest,
  PreviewReport,
  QueryOutcome,
  Running,
  RunProgress,
  ScriptOutcome,
  SqlValue,
  StatementSpan,
} from '../../engine/client.ts';
import {
  bindValues,
  formNames,
  isPattern,
  NEW_PARAMETER,
  parseParameter,
  type ParameterEntry,
} from '../components/parameter-value.ts';
import type { ParameterValue } from '../../database/samples/catalogue.ts';
import { statementAt } from '../components/editor/statement-at.ts';
import { formatMeasuredMs, formatRows } from '../format.ts';
import { plainError, type KnownNames } from '../plain-error.ts';
import { announcer } from './announcer.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import { errorWithoutPlace, scriptError, thrownError, type LabError } from './lab-error.ts';
import { ExecutedTimes, speedupText, type Speedup } from './speedup.ts';
import type { PageState } from './page-state.ts';
import { UndoState } from './undo.svelte.ts';

/** Above this the text is neither coloured nor split into statements while typing: typing must stay quick. */
export const LIVE_TEXT_LIMIT = 200_000;
const DESCRIBE_AFTER_MS = 250;
const HISTORY_KEPT = 50;

export interface HistoryEntry {
  sql: string;
  wallMs: number;
  executionTimeMs: number;
  rows: number;
  /** Of a write; absent in what an older version kept. */
  rowsChanged?: number;
}

/** Rules of the optimizer that change the result, and so run only for those who ask for them. */
export const PREVIEWS = { 'limit-rows': 'First 1,000 rows', 'narrow-columns': 'Fewer columns' } as const;
export type PreviewRule = keyof typeof PREVIEWS;

export class LabState {
  readonly #engine: EngineState;
  #sql = $state.raw('');
  /** The text that the page itself put into the editor last. */
  #offered = '';
  /** What `look` put at the end of the person's text last. */
  #looked: string | null = null;
  #cursor = $state.raw(0);
  #described = $state.raw<{ text: string; spans: StatementSpan[] }>({ text: '', spans: [] });
  #entries = $state.raw<Record<string, ParameterEntry>>({});
  #running = $state.raw<Running<ScriptOutcome> | null>(null);
  #progress = $state.raw<RunProgress | null>(null);
  #outcome = $state.raw<ScriptOutcome | null>(null);
  #error = $state.raw<LabError | null>(null);
  #tab = $state.raw(0);
  #history = $state.raw<HistoryEntry[]>([]);
  #speedup = $state.raw<Speedup | null>(null);
  #runs = $state.raw(0);
  #preview = $state.raw<PreviewRule | null>(null);
  #previewAsked = $state.raw(false);
  #optimized = $state.raw(false);
  #lastRequest: { request: ExecuteRequest; base: number } | null = null;
  #describeTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #executed = new ExecutedTimes();
  /** Back to before the last script, where it wrote. */
  readonly undo: UndoState;
  /** Called after every change worth keeping. */
  onKeep: () => void = () => {};
  /** Called before anything is run. */
  onRun: (request: ExecuteRequest) => void = () => {};

  constructor(engine: EngineState) {
    this.#engine = engine;
    this.undo = new UndoState(engine);
    this.undo.onChange = () => this.describeAnew();
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
  /** Nothing of the person's is in the editor: an example, a first query, a look at a table, or nothing. */
  get isOffered(): boolean {
    return this.#sql === this.#offered || this.#sql.trim() === '';
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
  /** Of what runs now; null until its first report. */
  get progress(): RunProgress | null {
    return this.#progress;
  }
  /** When what runs now will be stopped, from its start; null for never. */
  get limitMs(): number | null {
    return this.#lastRequest?.request.deadlineMs ?? this.#engine.settings?.deadlineMs ?? null;
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
  /** What the person wants less of: a preview changes the result, so it is labelled and never cached. Null: nothing. */
  get preview(): PreviewRule | null {
    return this.#preview;
  }
  set preview(rule: PreviewRule | null) {
    this.#preview = rule;
  }
  /** What is shown in place of the query's own rows, counted and named; null where these are shown. */
  get previewReport(): PreviewReport | null {
    return this.#outcome?.preview ?? null;
  }
  /** Of the answer that is shown: it is a preview, or one was asked for and could not be had. */
  get previewed(): 'shown' | 'not-possible' | null {
    if (!this.#previewAsked || this.selected === null) return null;
    return this.previewReport ? 'shown' : 'not-possible';
  }
  /** Why the selected answer ran as it did, where somebody waited for its proof. */
  get rewriteReason(): string | null {
    return this.#optimized ? (this.selected?.reasons.rewrite ?? null) : null;
  }
  get canRunAgain(): boolean {
    return this.#lastRequest !== null;
  }
  get entries(): Readonly<Record<string, ParameterEntry>> {
    return this.#entries;
  }

  entry(name: string): ParameterEntry {
    return this.#entries[name] ?? { ...NEW_PARAMETER, type: isPattern(this.#sql, name) ? 'text' : NEW_PARAMETER.type };
  }

  setEntry(name: string, entry: ParameterEntry): void {
    // Digits to look for in a text are text.
    const isDigits = !entry.chosen && (entry.type === 'integer' || entry.type === 'real');
    const type = isDigits && isPattern(this.#sql, name) ? 'text' : entry.type;
    this.#entries = { ...this.#entries, [name]: { ...entry, type } };
    this.onKeep();
  }

  /** A text of the page's own, with values for its parameters: another of the page's may take its place. */
  offer(sql: string, parameters: Readonly<Record<string, ParameterValue>> = {}): void {
    const entries = Object.entries(parameters).map(([name, value]) => [name, { ...value, chosen: true }] as const);
    this.#entries = { ...this.#entries, ...Object.fromEntries(entries) };
    this.#offered = sql;
    this.sql = sql;
  }

  restore(kept: PageState): void {
    this.#entries = kept.entries;
    this.#history = kept.history;
    if (kept.isOffered) this.#offered = kept.sql;
    this.sql = kept.sql;
  }

  /** Forgets answers and times, for another database. */
  clearAnswers(): void {
    this.#outcome = null;
    this.#error = null;
    this.#speedup = null;
    this.#lastRequest = null;
    this.undo.forget();
    this.#executed.clear();
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

  /** The schema may have moved: names that were unknown may exist now. */
  describeAnew(): void {
    this.#described = { text: '', spans: [] };
    void this.describe().catch(() => undefined);
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
        if ('problem' in parsed) return this.#refuse(`Parameter ${name} has no usable value. ${parsed.problem}`);
      }
      parameters.push(bindValues(names, (name) => this.#value(name)));
    }
    const base = index >= 0 ? spans[index].start : 0;
    const sql = index >= 0 ? text.slice(base, spans[index].end) : text;
    await this.#execute({ sql, parameters, preview: chosen.length === 1 ? this.#preview : null, ...options }, base);
  }

  /** Puts a query at the end of the person's text, or in place of the page's own, and runs it alone. */
  async look(sql: string): Promise<void> {
    const before =
      this.#looked !== null && this.#sql.endsWith(this.#looked) ? this.#sql.slice(0, -this.#looked.length) : this.#sql;
    const text = before.trimEnd();
    if (text === '' || this.isOffered) this.offer(sql);
    else this.sql = `${text}${text.endsWith(';') ? '' : ';'}\n\n${sql}`;
    this.#looked = sql;
    await this.describe().catch(() => undefined);
    // Only now: an editor that takes over a new text puts its cursor somewhere else.
    this.#cursor = this.#sql.length;
    await this.run('statement');
  }

  /** The same request once more: what passed the cache by to be measured may be found there now. */
  async runAgain(): Promise<void> {
    if (this.running || !this.#lastRequest) return;
    const { request, base } = this.#lastRequest;
    await this.#execute({ ...request, cache: true }, base);
  }

  /** Switches a preview on, or off with null; one query that is shown is asked again so. */
  async showPreview(rule: PreviewRule | null): Promise<void> {
    this.#preview = rule;
    const shown = this.outcomes.length === 1 && this.selected?.kind === 'read';
    if (this.running || !this.#lastRequest || !shown) return;
    const { request, base } = this.#lastRequest;
    await this.#execute({ ...request, preview: rule }, base);
  }

  /** Runs a text that is not the editor's, such as an index to apply; answers only whether it went well. */
  async runAside(sql: string): Promise<QueryOutcome> {
    const { outcomes, error } = await this.#engine.client.execute({ sql }).done;
    if (error) throw new Error(plainError(error.message, this.#names));
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
    this.#progress = null;
    this.onRun(request);
    const running = this.#engine.client.execute(request, { onProgress: (progress) => (this.#progress = progress) });
    this.#running = running;
    try {
      const outcome = await running.done;
      this.#outcome = outcome;
      this.undo.offer(outcome.outcomes, outcome.undo);
      this.#previewAsked = request.preview != null;
      this.#optimized = request.optimized === true;
      this.#error = outcome.error && scriptError(outcome.error, base, this.#names);
      const last = outcome.outcomes.findLastIndex((one) => one.result !== null);
      this.#tab = Math.max(0, last >= 0 ? last : outcome.outcomes.length - 1);
      this.#speedup = this.#compare(request);
      this.#remember(outcome, request);
      this.#runs++;
      announcer.say(this.#summary());
      await this.#afterWrites(outcome.outcomes);
    } catch (error) {
      this.#outcome = null;
      this.#speedup = null;
      this.#error = thrownError(error, request.sql, base, this.#names);
      announcer.say(this.#error.message);
    } finally {
      this.#running = null;
    }
  }

  /** Set when the selected answer was a hit whose execution was seen. */
  #compare(request: ExecuteRequest): Speedup | null {
    const given = request.parameters as SqlValue[][] | undefined;
    const all = this.outcomes.map((outcome, index) => this.#executed.compare(outcome, given?.[index] ?? []));
    return all[this.#tab] ?? null;
  }

  #remember(outcome: ScriptOutcome, request: ExecuteRequest): void {
    if (request.sql.length > LIVE_TEXT_LIMIT) return;
    const executionTimeMs = outcome.outcomes.reduce((sum, one) => sum + one.executionTimeMs, 0);
    const last = outcome.outcomes.at(-1);
    const rowsChanged = last?.kind === 'write' ? last.work.rowsChanged : undefined;
    const rows = last?.work.rows ?? 0;
    const entry: HistoryEntry = { sql: request.sql, wallMs: Date.now(), executionTimeMs, rows, rowsChanged };
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

  /** Nothing was sent, so the answers of an earlier run would only mislead. */
  #refuse(message: string): void {
    this.#outcome = null;
    this.#speedup = null;
    this.#error = errorWithoutPlace(message);
    announcer.say(message);
  }

  #value(name: string): SqlValue {
    const parsed = parseParameter(this.entry(name));
    return 'value' in parsed ? parsed.value : null;
  }

  get #names(): KnownNames {
    const tables = this.#engine.schema?.tables ?? [];
    return {
      tables: tables.map((table) => table.name),
      columns: [...new Set(tables.flatMap((table) => table.columns.map((column) => column.name)))],
    };
  }
}

export const [getLab, setLab] = createContext<LabState>();
