/** A runaway statement: how soon its deadline and its cancel end it, and how soon the worker answers again. */
import { measureIn } from '../../browser-host.ts';
import { absolute, type Bench, type Figure } from './figure.ts';

/** Where SQLite itself can be told to stop, the connection lives on. */
const STOPPED_MS = 250;
/** Where only ending the worker helps: another one has taken over by then. */
const REPLACED_MS = 500;

export async function stops({ host, page, rounds }: Bench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const isolated of [true, false]) {
    for (const how of ['cancel', 'deadline'] as const) {
      const report = await measureIn(host, { folder: page, isolated }, 'stopRunaway', [how, rounds]);
      if (report.failures > 0) throw new Error(`${report.failures} of ${rounds} stops by ${how} went wrong`);
      if (report.isolated !== isolated) throw new Error('the page is not as isolated as it should be');
      // Without shared memory a cancel does not reach a busy worker: that is the fallback.
      const lives = isolated || how === 'deadline';
      if (lives && report.alive < rounds)
        throw new Error(`${rounds - report.alive} connections did not outlive the ${how}`);
      const path = isolated ? 'isolated' : 'plain';
      const aim = lives ? STOPPED_MS : REPLACED_MS;
      const note = lives
        ? 'the connection lived on: its temporary table was still there'
        : 'by another worker, over 10 MB';
      figures.push(
        { ...absolute(`runaway statement ended by its ${how}, ${path}`, report.goneMs, 'ms', aim), note },
        { ...absolute(`next query answered after the ${how}, ${path}`, report.usableMs, 'ms', aim), note },
      );
    }
  }
  return figures;
}
