/**
 * Runs a long fuzz in Node as slices, each in a process of its own: workers here share one thread, so a hang can only be ended
 * from outside. The file at which a slice fell silent is told as hung or crashed, and what came before it is run again.
 */
import { spawn } from 'node:child_process';
import type { Progress } from '../command.ts';

export interface Slice {
  first: number;
  count: number;
}

/** A slice's JSON document, or the number of the file at which it ended without one. */
type Ended<Report> = { report: Report } | { silentAt: number; how: 'hung' | 'crashed' };

/** Files of one process; it also bounds what a leak can do. */
const SLICE = 500;
/** Above what any file may take. */
const SILENCE_MS = 180_000;
const MARK = 'file ';

/** A slice tells by this line that it is done with a file. */
export function doneLine(number: number): string {
  return `${MARK}${number}`;
}

export async function inSlices<Report>(
  all: Slice,
  argumentsOf: (slice: Slice) => string[],
  take: (report: Report) => void,
  bad: (number: number, how: 'hung' | 'crashed') => void,
  progress: Progress,
): Promise<void> {
  const waiting: Slice[] = [];
  for (let first = all.first; first < all.first + all.count; first += SLICE) {
    waiting.push({ first, count: Math.min(SLICE, all.first + all.count - first) });
  }
  for (let slice = waiting.shift(); slice; slice = waiting.shift()) {
    const ended = await runSlice<Report>(slice, argumentsOf(slice));
    if ('report' in ended) {
      take(ended.report);
      progress(`${slice.first + slice.count - all.first} of ${all.count}`);
      continue;
    }
    bad(ended.silentAt, ended.how);
    const before = { first: slice.first, count: ended.silentAt - slice.first };
    const after = { first: ended.silentAt + 1, count: slice.count - before.count - 1 };
    waiting.unshift(...[before, after].filter(({ count }) => count > 0));
  }
}

function runSlice<Report>(slice: Slice, args: string[]): Promise<Ended<Report>> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [process.argv[1], ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let at = slice.first;
    let silent = false;
    let timer: ReturnType<typeof setTimeout>;
    const listen = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        silent = true;
        child.kill('SIGKILL');
      }, SILENCE_MS);
    };
    listen();
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) if (line.startsWith(MARK)) at = Number(line.slice(MARK.length)) + 1;
      listen();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code === 0) resolve({ report: JSON.parse(out) as Report });
      else resolve({ silentAt: at, how: silent ? 'hung' : 'crashed' });
    });
  });
}
