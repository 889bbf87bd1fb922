/** The fuzz of texts, in processes of Node or in this one. */
import { emptyDatabase } from '../../src/database/file/snapshot-file.ts';
import { UsageError, type Progress } from '../command.ts';
import type { FuzzOptions } from '../commands/fuzz.ts';
import { emptyTextReport, fuzzTexts, type TextFuzzReport } from '../fuzz-texts.ts';
import { openLab } from '../lab.ts';
import { sqliteModule } from '../sandbox.ts';
import { doneLine, inSlices } from './in-slices.ts';

export function runTexts(options: FuzzOptions, progress: Progress): Promise<TextFuzzReport> {
  if (options.browser) throw new UsageError('Texts are fuzzed in Node: leave --browser out.');
  return options.inProcess ? inProcess(options, progress) : inProcesses(options, progress);
}

async function inProcess({ first, count, seed }: FuzzOptions, progress: Progress): Promise<TextFuzzReport> {
  const lab = await openLab({ seed });
  try {
    const empty = emptyDatabase(await sqliteModule());
    return await fuzzTexts(lab, empty, { first, count, seed }, (done) => progress(doneLine(first + done - 1)));
  } finally {
    lab.stop();
  }
}

async function inProcesses({ first, count, seed }: FuzzOptions, progress: Progress): Promise<TextFuzzReport> {
  const total = emptyTextReport(count, seed);
  await inSlices<TextFuzzReport>(
    { first, count },
    (slice) => `fuzz --what texts --in-process --seed ${seed} --first ${slice.first} --count ${slice.count}`.split(' '),
    (report) => add(total, report),
    (file, how) => {
      if (how === 'hung') total.hung++;
      else total.unforeseen++;
      total.failures.push({ file, name: '', changes: [], what: `the process ${how}` });
    },
    progress,
  );
  return total;
}

function add(total: TextFuzzReport, part: TextFuzzReport): void {
  for (const name of [
    'imported',
    'refused',
    'sound',
    'differ',
    'hung',
    'workersLost',
    'unforeseen',
    'leftBehind',
  ] as const) {
    total[name] += part[name];
  }
  total.slowestMs = Math.max(total.slowestMs, part.slowestMs);
  for (const [code, times] of Object.entries(part.refusals)) total.refusals[code] = (total.refusals[code] ?? 0) + times;
  total.failures.push(...part.failures);
}
