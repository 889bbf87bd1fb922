/**
 * The visit: what is opened and how it began: kept data, a built-in sample, a file, a shared link. Opening a link or coming
 * back runs nothing; only the first screen's own query runs by itself, on the built-in sample.
 */
import { createContext } from 'svelte';
import { shopQueries } from '../../database/samples/catalogue.ts';
import type { Progress, SampleRequest } from '../../engine/client.ts';
import type { View } from '../../share/view.ts';
import { PARAMETER_TYPES, type ParameterEntry } from '../components/parameter-value.ts';
import { saveFile } from '../components/save-file.ts';
import { announcer } from './announcer.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import type { InsightState } from './insight.svelte.ts';
import type { HistoryEntry, LabState } from './lab.svelte.ts';
import { route } from './route.svelte.ts';

export const DEFAULT_SAMPLE: SampleRequest = { name: 'shop', size: 'S', seed: 1 };
/** On the first screen, run by itself. */
const FIRST_QUERY = shopQueries[0].sql;
const KEEP_AFTER_MS = 600;
const PAGE_STATE_VERSION = 1;

/** Something long that is under way. */
export interface Job {
  title: string;
  progress: Progress | null;
  startedMs: number;
  cancel: () => void;
}

/** A link that was opened and waits to be run. */
export interface PendingLink {
  view: View;
  /** The file that the link is about, when it is not open here. */
  asksFor: string | null;
}

interface PageState {
  version: typeof PAGE_STATE_VERSION;
  sql: string;
  entries: Record<string, ParameterEntry>;
  history: HistoryEntry[];
}

export class SessionState {
  readonly #engine: EngineState;
  readonly #lab: LabState;
  readonly #insight: InsightState;
  #job = $state.raw<Job | null>(null);
  #problem = $state.raw<string | null>(null);
  #link = $state.raw<PendingLink | null>(null);
  /** What waits for an answer because changes would be lost. */
  #replacing = $state.raw<{ what: string; go: () => Promise<void> } | null>(null);
  #keepTimer: ReturnType<typeof setTimeout> | undefined;
  #experiment: string | null = null;
  /** Opens a guided experiment that a link names. */
  onExperiment: (id: string) => void = () => {};

  constructor(engine: EngineState, lab: LabState, insight: InsightState) {
    this.#engine = engine;
    this.#lab = lab;
    this.#insight = insight;
  }

  get job(): Job | null {
    return this.#job;
  }
  /** Why the last opening failed; null when it went well. */
  get problem(): string | null {
    return this.#problem;
  }
  get link(): PendingLink | null {
    return this.#link;
  }
  get replacing(): { what: string; go: () => Promise<void> } | null {
    return this.#replacing;
  }
  /** Id of the guided experiment that is open, for links. */
  get experiment(): string | null {
    return this.#experiment;
  }
  set experiment(id: string | null) {
    this.#experiment = id;
  }
  /** The built-in sample that is open, or the default one. */
  get sample(): SampleRequest {
    const source = this.#engine.database?.source;
    return source?.type === 'sample' ? source.sample : DEFAULT_SAMPLE;
  }

  async start(boot: { safe: boolean; wasmUrl: string; cores: number }): Promise<void> {
    this.#lab.sql = FIRST_QUERY;
    const view = await this.#readLink();
    const sample = view?.source.type === 'sample' ? sampleOf(view.source) : null;
    await this.#engine.boot({ sample, ...boot });
    if (this.#engine.phase !== 'ready') return;
    if (view) this.#showLink(view);
    else await this.#begin(boot.safe);
    this.#lab.onKeep = () => this.#keepSoon();
  }

  /** Shows a link that was opened while the page was already there. */
  async openLink(): Promise<void> {
    const view = await this.#readLink();
    if (view) this.#showLink(view);
  }

  /** The person pressed Run on a link: its data, settings and query, in this order. */
  async runLink(): Promise<void> {
    const link = this.#link;
    if (!link || link.asksFor !== null) return;
    this.#link = null;
    const { source, settings } = link.view;
    if (source.type === 'sample' && !this.#isOpen(sampleOf(source))) await this.#openSampleNow(sampleOf(source), false);
    try {
      await this.#engine.changeSettings(settings);
    } catch (error) {
      this.#problem = messageOf(error);
    }
    if (route.page === 'lab') route.replace('/lab');
    await this.#lab.run('all');
  }

  dismissLink(): void {
    this.#link = null;
    if (route.query.has('s')) route.replace(`/${route.page}`);
  }

  /** The address of this view, with its fragment. Throws what the link cannot hold, in plain words. */
  async share(): Promise<string> {
    const { encodeLink } = await import('../../share/link.ts');
    const fragment = await encodeLink(this.view());
    return new URL(fragment, window.location.href).href;
  }

  /** What a link would show. */
  view(change: Partial<View> = {}): View {
    const database = this.#engine.database;
    const page =
      (['lab', 'optimizer', 'cache', 'cluster', 'monitor'] as const).find((id) => id === route.page) ?? 'lab';
    const settings = this.#engine.settings;
    return {
      version: 1,
      page,
      source:
        database?.source.type === 'file'
          ? { type: 'file', name: database.source.name }
          : { type: 'sample', ...this.sample },
      sql: this.#lab.sql,
      parameters: Object.fromEntries(
        this.#lab.parameterNames.map((name) => [
          name,
          { type: this.#lab.entry(name).type, text: this.#lab.entry(name).text },
        ]),
      ),
      settings: settings
        ? {
            cache: pick(settings.cache, ['enabled', 'strategy', 'capacityBytes', 'ttlMs', 'compressAboveBytes']),
            balancer: settings.balancer,
            scaler: settings.scaler,
            optimizer: settings.optimizer,
            simulatedWaitMs: settings.simulatedWaitMs,
            deadlineMs: settings.deadlineMs,
          }
        : {},
      experiment: this.#experiment,
      ...change,
    };
  }

  openSample(sample: SampleRequest): Promise<void> {
    return this.#replace(`the shop sample ${sample.size}`, () => this.#openSampleNow(sample, true));
  }

  openFile(file: File): Promise<void> {
    return this.#replace(file.name, async () => {
      const job = this.#begun(`Opening ${file.name}`);
      try {
        const bytes = new Uint8Array(await file.arrayBuffer());
        const work = this.#engine.openFile(file.name, bytes, { onProgress: (progress) => this.#progress(progress) });
        this.#job = { ...job, cancel: work.cancel };
        await work.done;
        this.#opened();
        announcer.say(`${file.name} is open. It never leaves this tab.`);
      } catch (error) {
        this.#failed(error);
      } finally {
        this.#job = null;
      }
      if (this.#problem !== null) return;
      const link = this.#link;
      if (link?.asksFor) this.#link = { ...link, asksFor: null };
      else if (this.#lab.sql === FIRST_QUERY || this.#lab.sql.trim() === '') this.#lookAtFirstTable();
    });
  }

  /** Goes on with what waited for the person's answer. */
  async confirmReplacing(): Promise<void> {
    const waiting = this.#replacing;
    this.#replacing = null;
    await waiting?.go();
  }

  keepOpen(): void {
    this.#replacing = null;
  }

  async exportFile(): Promise<void> {
    try {
      const { name, bytes } = await this.#engine.client.call.exportFile({});
      saveFile(name, [bytes as Uint8Array<ArrayBuffer>], 'application/vnd.sqlite3');
      announcer.say(`${name} saved through the browser's downloads.`);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Data, cache and settings exactly as after the first open, of the sample that is open. */
  async startAgain(): Promise<void> {
    this.#problem = null;
    try {
      await this.#engine.startAgain(this.sample);
      this.#opened();
      announcer.say('Data, cache and settings are as at the start.');
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Forgets everything that this browser keeps for the lab, and loads the page afresh. */
  async resetEverything(): Promise<void> {
    clearTimeout(this.#keepTimer);
    this.#lab.onKeep = () => {};
    await this.#engine.client.call.resetEverything({});
    window.location.replace(window.location.pathname);
    window.location.reload();
  }

  clearProblem(): void {
    this.#problem = null;
  }

  /** The text that was left comes back, unrun; the untouched first query runs, because it is ours. */
  async #begin(safe: boolean): Promise<void> {
    const kept = safe ? null : await this.#keptState();
    if (kept) this.#lab.restore(kept);
    const database = this.#engine.database;
    if (this.#lab.sql === FIRST_QUERY && database?.source.type === 'sample' && !safe) await this.#lab.run('all');
    else if (database?.source.type === 'file' && this.#lab.sql === FIRST_QUERY) this.#lookAtFirstTable();
  }

  async #keptState(): Promise<PageState | null> {
    try {
      const { state } = await this.#engine.client.call.pageState({});
      return isPageState(state) ? state : null;
    } catch {
      return null;
    }
  }

  #keepSoon(): void {
    clearTimeout(this.#keepTimer);
    this.#keepTimer = setTimeout(() => {
      const { sql, entries, history } = this.#lab;
      const state: PageState = { version: PAGE_STATE_VERSION, sql, entries: { ...entries }, history };
      // Where nothing can be kept the engine has said so already.
      void this.#engine.client.call.keepPageState({ state }).catch(() => undefined);
    }, KEEP_AFTER_MS);
  }

  async #readLink(): Promise<View | null> {
    if (!route.query.has('s')) return null;
    try {
      const { decodeLink } = await import('../../share/link.ts');
      return await decodeLink(route.fragment);
    } catch (error) {
      this.#problem = `The link could not be opened. ${messageOf(error)}`;
      return null;
    }
  }

  #showLink(view: View): void {
    const { source } = view;
    const open = this.#engine.database?.source;
    const missing = source.type === 'file' && !(open?.type === 'file' && open.name === source.name);
    this.#link = { view, asksFor: missing ? source.name : null };
    this.#lab.sql = view.sql;
    for (const [name, { type, text }] of Object.entries(view.parameters)) {
      this.#lab.setEntry(name, { type, text, chosen: true });
    }
    this.#experiment = view.experiment;
    if (view.experiment !== null) this.onExperiment(view.experiment);
    if (view.page !== 'lab') route.replace(`/${view.page}`);
  }

  /** Goes on at once, or asks first when changes to the person's own data would go. */
  async #replace(what: string, go: () => Promise<void>): Promise<void> {
    this.#problem = null;
    const database = this.#engine.database;
    // A file that was brought back may hold changes of an earlier visit.
    const onlyHere = database?.changed || this.#engine.restored;
    if (database?.source.type === 'file' && onlyHere) this.#replacing = { what, go };
    else await go();
  }

  async #openSampleNow(sample: SampleRequest, fresh: boolean): Promise<void> {
    const job = this.#begun(`Making the shop sample ${sample.size}`);
    const work = this.#engine.openSample(sample, fresh, { onProgress: (progress) => this.#progress(progress) });
    this.#job = { ...job, cancel: work.cancel };
    try {
      await work.done;
      this.#opened();
      announcer.say(`The shop sample ${sample.size} is open.`);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#job = null;
    }
  }

  #begun(title: string): Job {
    return { title, progress: null, startedMs: performance.now(), cancel: () => {} };
  }

  #progress(progress: Progress): void {
    if (this.#job) this.#job = { ...this.#job, progress };
  }

  #opened(): void {
    this.#lab.clearAnswers();
    this.#insight.forget();
    void this.#lab.describe().catch(() => undefined);
  }

  #failed(error: unknown): void {
    const { code } = error as { code?: string };
    this.#problem = code === 'cancelled' ? 'Cancelled: what was open still is.' : messageOf(error);
    announcer.say(this.#problem);
  }

  #isOpen(sample: SampleRequest): boolean {
    const source = this.#engine.database?.source;
    return source?.type === 'sample' && source.sample.size === sample.size && source.sample.seed === sample.seed;
  }

  #lookAtFirstTable(): void {
    const table = this.#engine.schema?.tables.find((one) => one.type === 'table');
    this.#lab.sql = table ? `SELECT * FROM "${table.name.replaceAll('"', '""')}" LIMIT 100;` : '';
  }
}

function sampleOf({ name, size, seed }: SampleRequest): SampleRequest {
  return { name, size, seed };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function pick<Part extends object, Key extends keyof Part>(part: Part, keys: readonly Key[]): Pick<Part, Key> {
  return Object.fromEntries(keys.map((key) => [key, part[key]])) as Pick<Part, Key>;
}

/** What an older version of the page kept may have any shape. */
function isPageState(state: unknown): state is PageState {
  if (typeof state !== 'object' || state === null) return false;
  const { version, sql, entries, history } = state as Record<string, unknown>;
  return (
    version === PAGE_STATE_VERSION &&
    typeof sql === 'string' &&
    typeof entries === 'object' &&
    entries !== null &&
    Object.values(entries).every((entry) => isEntry(entry)) &&
    Array.isArray(history)
  );
}

function isEntry(entry: unknown): boolean {
  if (typeof entry !== 'object' || entry === null) return false;
  const { type, text } = entry as Record<string, unknown>;
  return typeof text === 'string' && typeof type === 'string' && type in PARAMETER_TYPES;
}

export const [getSession, setSession] = createContext<SessionState>();
