/** Random kills under load with writes. */
import { emptyDatabase } from '../../src/database/file/snapshot-file.ts';
import { buildBench, measureIn, openHost } from '../browser-host.ts';
import { chaos, type ChaosReport } from '../chaos.ts';
import { flag, number, UsageError, type Command, type Progress } from '../command.ts';
import { openLab } from '../lab.ts';
import { sqliteModule } from '../sandbox.ts';

export const command: Command = {
  name: 'chaos',
  summary: 'random kills under reads and writes: nothing lost, doubled or different',
  options: [
    { name: 'trials', type: 'number', default: 100, help: 'how many trials of 40 steps, 1 to 100,000' },
    { name: 'browser', type: 'flag', help: 'real workers in Chromium, ended by terminate' },
    { name: 'seed', type: 'number', default: 1, help: 'of the steps and kills' },
  ],
  run(options, progress) {
    const trials = number(options, 'trials');
    if (!Number.isInteger(trials) || trials < 1)
      throw new UsageError(`--trials must be a positive integer, got ${trials}.`);
    const seed = number(options, 'seed');
    return flag(options, 'browser') ? inBrowser(trials, seed, progress) : inProcess(trials, seed, progress);
  },
};

/** Workers share this process; one is lost by cutting its wire. */
export async function inProcess(trials: number, seed: number, progress: Progress): Promise<ChaosReport> {
  const lab = await openLab({ seed });
  try {
    return await chaos(lab, emptyDatabase(await sqliteModule()), trials, seed, progress);
  } finally {
    lab.stop();
  }
}

async function inBrowser(trials: number, seed: number, progress: Progress): Promise<ChaosReport & { browser: string }> {
  const folder = await buildBench(progress);
  const host = await openHost(progress);
  try {
    const report = await measureIn(host, { folder, isolated: true }, 'chaosInside', [trials, seed]);
    return { ...report, browser: host.browser.version() };
  } finally {
    await host.close();
  }
}
