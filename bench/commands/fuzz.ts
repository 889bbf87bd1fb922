/** Damaged input by the thousand: whatever it is, the engine answers in time and goes on. */
import { flag, number, text, UsageError, type Command, type Progress } from '../command.ts';

/** What `--what` may be; each kind runs its own way and gives its own report. */
export interface FuzzOptions {
  first: number;
  count: number;
  seed: number;
  browser: boolean;
  /** All in this process: a hang cannot be ended then. */
  inProcess: boolean;
}

type Fuzz = (options: FuzzOptions, progress: Progress) => Promise<unknown>;

const KINDS: Readonly<Record<string, () => Promise<Fuzz>>> = {
  databases: async () => (await import('../fuzz/run-databases.ts')).runDatabases,
  texts: async () => (await import('../fuzz/run-texts.ts')).runTexts,
};

export const command: Command = {
  name: 'fuzz',
  summary: 'damaged database files and texts: no hang, no crash, no worker that does not come back',
  options: [
    { name: 'what', type: 'string', required: true, help: `what is damaged: ${Object.keys(KINDS).join(', ')}` },
    { name: 'count', type: 'number', default: 1000, help: 'how many files, 1 to 1,000,000' },
    { name: 'first', type: 'number', default: 0, help: 'number of the first file: a file depends on seed and number' },
    { name: 'seed', type: 'number', default: 1, help: 'of the damage' },
    { name: 'browser', type: 'flag', help: 'real workers in Chromium' },
    { name: 'in-process', type: 'flag', help: 'in this process alone, so that a debugger sees it; a hang stays one' },
  ],
  async run(options, progress) {
    const [count, first] = [number(options, 'count'), number(options, 'first')];
    if (!(Number.isInteger(count) && count >= 1 && count <= 1_000_000)) {
      throw new UsageError(`--count must be an integer in [1, 1000000], got ${count}.`);
    }
    if (!(Number.isInteger(first) && first >= 0)) throw new UsageError(`--first must be 0 or more, got ${first}.`);
    const what = text(options, 'what');
    if (!(what in KINDS)) throw new UsageError(`--what takes ${Object.keys(KINDS).join(', ')}; got ${what}.`);
    const fuzz = await KINDS[what]();
    const seed = number(options, 'seed');
    return fuzz(
      { first, count, seed, browser: flag(options, 'browser'), inProcess: flag(options, 'in-process') },
      progress,
    );
  },
};
