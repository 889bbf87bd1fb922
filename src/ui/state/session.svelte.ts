/**
 * The visit: what is opened and how it began: kept data, a built-in sample, a file, a shared link. Opening a link or coming
 * back runs nothing; only the first screen's own query runs by itself, on the built-in sample.
 */
import { createContext } from 'svelte';
import { quoted } from '../../core/sql-name.ts';
import { customerStory, sameSample, sampleTitle } from '../../database/samples/first-screen/catalogue.ts';
import type { Progress, SampleRequest } from '../../engine/client.ts';
import type { View } from '../../share/view.ts';
import { saveFile } from '../components/save-file.ts';
import { announcer } from './announcer.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import { tooLargeToOpen } from './file-size.ts';
import { IncomingFiles } from './incoming.svelte.ts';
import type { InsightState } from './insight.svelte.ts';
import type { LabState } from './lab.svelte.ts';
import { isPageState, type PageState } from './page-state.ts';
import { readyQueries } from './ready-queries.ts';
import { route } from './route.svelte.ts';
import { viewOf } from './view.ts';

export const DEFAULT_SAMPLE: SampleRequest = { name: 'shop', size: 'S', seed: 1 };
/** On the first screen, run by itself. */
const FIRST_QUERY = customerStory.sql;
const KEEP_AFTER_MS = 600;

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

/** What is to take the place of changes that are in no file, and whether a reload would bring those back all the same. */
interface Replacing {
  what: string;
  comesBack: boolean;
}

export class SessionState {
  readonly #engine: EngineState;
  readonly #lab: LabState;
  readonly #insight: InsightState;
  #job = $state.raw<Job | null>(null);
  #problem = $state.raw<string | null>(null);
  #link = $state.raw<PendingLink | null>(null);
  /** What waits for an answer because changes would be lost. */
  #replacing = $state.raw<(Replacing & { answer: (may: boolean) => void }) | null>(null);
  #keepTimer: ReturnType<typeof setTimeout> | undefined;
  #experiment: string | null = null;
  /** Files that were dropped, picked or pasted. */
  readonly incoming = new IncomingFiles((file, wal) => this.openFile(file, wal));
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
  /** What waits for the person's answer; null when nothing does. */
  get replacing(): Replacing | null {
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

  /** The shop sample, as it is open or the default one: what the guided experiments ask. */
  get shop(): SampleRequest {
    return this.sample.name === 'shop' ? this.sample : DEFAULT_SAMPLE;
  }

  async start(boot: { safe: boolean; wasmUrl: string; cores: number }): Promise<void> {
    this.#lab.offer(FIRST_QUERY);
    const view = await this.#readLink();
    // A link opens nothing by itself: what this browser keeps comes back, and stays until the person presses Run.
    await this.#engine.boot({ sample: null, ...boot });
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
    const { source } = link.view;
    const run = (): Promise<void> => this.#runLinkNow(link.view);
    if (source.type !== 'sample' || this.#isAsMade(sampleOf(source))) return run();
    await this.#replace(`the sample ${sampleTitle(source)} of the link`, run, true);
  }

  async #runLinkNow({ source, settings }: View): Promise<void> {
    this.#link = null;
    if (source.type === 'sample' && !this.#isAsMade(sampleOf(source)))
      await this.#openSampleNow(sampleOf(source), true);
    if (this.#problem !== null) return;
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
    return {
      ...viewOf({
        page: route.page,
        source: this.#engine.database?.source ?? { type: 'sample', sample: DEFAULT_SAMPLE },
        settings: this.#engine.settings,
        lab: this.#lab,
        experiment: this.#experiment,
      }),
      ...change,
    };
  }

  /** Its first ready query goes into the editor, unless the person wrote something there. */
  openSample(sample: SampleRequest): Promise<void> {
    return this.#replace(
      `the sample ${sampleTitle(sample)}`,
      async () => {
        await this.#openSampleNow(sample, true);
        if (this.#problem === null) await this.#offerFirstQuery(sample.name);
      },
      true,
    );
  }

  /** `wal` is the write-ahead log that lies beside the file, where it came with it. */
  async openFile(file: File, wal: File | null = null): Promise<void> {
    this.#problem = null;
    try {
      const { deviceMemory = null } = navigator as Navigator & { deviceMemory?: number };
      const refusal = tooLargeToOpen(file.size, deviceMemory);
      if (refusal !== null) throw new Error(refusal);
      // Nobody is asked to give up changes for what will be refused. A log may bring what its database lacks.
      if (wal === null) await this.#engine.client.call.checkFile({ file, name: file.name });
    } catch (error) {
      this.#failed(error);
      return;
    }
    await this.#replace(file.name, () => this.#openFileNow(file, wal));
  }

  async #openFileNow(file: File, wal: File | null): Promise<void> {
    this.#problem = null;
    const job = this.#begun(`Opening ${file.name}`);
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const log = wal ? new Uint8Array(await wal.arrayBuffer()) : undefined;
      const work = this.#engine.openFile(file.name, bytes, log, {
        onProgress: (progress) => this.#progress(progress),
      });
      this.#job = { ...job, cancel: work.cancel };
      await work.done;
      this.#opened();
      announcer.say(`${file.name} is open. It never leaves this computer.`);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#job = null;
    }
    if (this.#problem !== null) return;
    const link = this.#link;
    if (link?.asksFor) this.#link = { ...link, asksFor: null };
    else if (this.#lab.isOffered) await this.#lookAtFirstTable();
  }

  /**
   * Whether another database may take the place of what is open: true at once where nobody changed anything, else what the
   * person answers. An untouched sample is not kept, so that what is kept `comesBack` by a reload.
   */
  mayReplace(what: string, comesBack = false): Promise<boolean> {
    const { database, restored } = this.#engine;
    // What was brought back may hold changes of an earlier visit.
    if (!database?.changed && !restored) return Promise.resolve(true);
    this.#replacing?.answer(false);
    return new Promise((resolve) => {
      this.#replacing = { what, comesBack: comesBack && database?.storage.state === 'kept', answer: resolve };
    });
  }

  answerReplacing(may: boolean): void {
    this.#replacing?.answer(may);
    this.#replacing = null;
  }

  /** False when nothing was saved; the problem says why. */
  async exportFile(): Promise<boolean> {
    try {
      const { name, bytes } = await this.#engine.client.call.exportFile({});
      saveFile(name, [bytes as Uint8Array<ArrayBuffer>], 'application/vnd.sqlite3');
      announcer.say(`${name} saved through the browser's downloads.`);
      return true;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  /** Data, cache and settings exactly as after the first open, of the sample that is open. */
  startAgain(): Promise<void> {
    return this.#replace(`the sample ${sampleTitle(this.sample)}`, () => this.#startAgainNow());
  }

  async #startAgainNow(): Promise<void> {
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
    await this.#engine.forgetSite();
    window.location.replace(window.location.pathname);
    window.location.reload();
  }

  /** Rows came or went without a statement of the person's: names may be new, and so may be the whole database. */
  dataChanged(isAnother: boolean): void {
    if (isAnother) this.#opened();
    else {
      this.#insight.forget();
      this.#lab.describeAnew();
    }
  }

  /** Goes on with what is kept, in place of the tab that owned it. */
  async takeOver(): Promise<void> {
    try {
      await this.#engine.takeOver();
      this.#opened();
      announcer.say('This tab has taken over: what you change is saved here.');
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Shows what a query gives, from whatever page. */
  look(sql: string): void {
    route.go('/lab');
    void this.#lab.look(sql);
  }

  clearProblem(): void {
    this.#problem = null;
  }

  /** The text that was left comes back, unrun; the untouched first query runs, because it is ours. */
  async #begin(safe: boolean): Promise<void> {
    const kept = safe ? null : await this.#keptState();
    if (kept) this.#lab.restore(kept);
    const database = this.#engine.database;
    if (this.#lab.sql !== FIRST_QUERY || !database) return;
    if (database.source.type === 'file') await this.#lookAtFirstTable();
    else if (database.source.sample.name !== 'shop') await this.#offerFirstQuery(database.source.sample.name);
    // On the large shop it takes long enough to be the person's decision.
    else if (!safe && database.source.sample.size !== 'L') await this.#lab.run('all');
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
      const { sql, entries, history, isOffered } = this.#lab;
      const state: PageState = { version: 1, sql, entries: { ...entries }, history, isOffered };
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

  /** Goes on at once, or once the person has answered that changes may go. */
  async #replace(what: string, go: () => Promise<void>, comesBack = false): Promise<void> {
    this.#problem = null;
    if (await this.mayReplace(what, comesBack)) await go();
  }

  async #openSampleNow(sample: SampleRequest, fresh: boolean): Promise<void> {
    const job = this.#begun(`Making the sample ${sampleTitle(sample)}`);
    const work = this.#engine.openSample(sample, fresh, { onProgress: (progress) => this.#progress(progress) });
    this.#job = { ...job, cancel: work.cancel };
    try {
      await work.done;
      this.#opened();
      announcer.say(`The sample ${sampleTitle(sample)} is open.`);
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

  /** True when this sample is open and nobody changed it. */
  #isAsMade(sample: SampleRequest): boolean {
    const { database, restored } = this.#engine;
    const source = database?.source;
    return source?.type === 'sample' && sameSample(source.sample, sample) && !database?.changed && !restored;
  }

  /** Of the sample that was opened: what the engine's last snapshot says may still be the one before. */
  async #offerFirstQuery(name: SampleRequest['name']): Promise<void> {
    if (!this.#lab.isOffered) return;
    // What cannot be loaded offline is no harm: the text stays.
    const queries = await readyQueries(name).catch(() => []);
    if (queries[0] && this.#lab.isOffered) this.#lab.offer(queries[0].sql, queries[0].parameters);
  }

  async #lookAtFirstTable(): Promise<void> {
    const text = this.#lab.sql;
    // At the start the schema is still on its way; what is typed meanwhile stays.
    if (!this.#engine.schema) await this.#engine.refreshSchema().catch(() => undefined);
    if (this.#lab.sql !== text) return;
    const table = this.#engine.schema?.tables.find((one) => one.type === 'table');
    this.#lab.offer(table ? `SELECT * FROM ${quoted(table.name)} LIMIT 100;` : '');
  }
}

function sampleOf({ name, size, seed }: SampleRequest): SampleRequest {
  return { name, size, seed };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export const [getSession, setSession] = createContext<SessionState>();
