/**
 * Hit ratios of every strategy over a recorded stream of keys, beside the clairvoyant optimum; or, over a folder of traces, what Adaptive
 * is measured by, each figure with its target.
 */
import { basename, join } from 'node:path';
import { list, textOrNull, UsageError, type Command, type OptionValues, type Progress } from '../command.ts';
import { byteCell, cacheFigures, unitCell, type CacheCell, type CacheFigures } from '../cache-figures.ts';
import { readBytes } from '../files.ts';
import { readTrace, type Trace } from '../../src/cache/traces/trace.ts';
import { AppError } from '../../src/core/errors.ts';

export interface CacheReport {
  trace: string;
  requests: number;
  unique: number;
  cells: CacheCell[];
}

export const command: Command = {
  name: 'cache',
  summary: 'Hit ratio of every strategy over a recorded trace, beside the optimum; Adaptive’s figures over a folder.',
  options: [
    { name: 'trace', type: 'string', help: 'a file of keys, or of keys and bytes, one request a line (gzip or plain)' },
    { name: 'capacity', type: 'list', help: 'capacities in entries, with commas between' },
    { name: 'capacity-bytes', type: 'list', help: 'capacities in bytes, for traces with sizes' },
    {
      name: 'traces',
      type: 'string',
      help: 'instead of a trace: a folder of oltp, gli, loop, web12, multi3, corda, orm-busy (.keys.gz) and adaptsize.keysize.gz',
    },
  ],
  run: (options: OptionValues, progress: Progress) => Promise.resolve(run(options, progress)),
};

function run(options: OptionValues, progress: Progress): CacheReport | CacheFigures {
  const [path, folder] = [textOrNull(options, 'trace'), textOrNull(options, 'traces')];
  if (path !== null && folder === null) return oneTrace(path, options, progress);
  if (path !== null || folder === null)
    throw new UsageError('Give --trace with --capacity or --capacity-bytes, or --traces: one of the two.');
  const traces = new Map<string, Trace>();
  return cacheFigures((name) => {
    const file = join(folder, name === 'adaptsize' ? `${name}.keysize.gz` : `${name}.keys.gz`);
    const trace = traces.get(name) ?? readFile(file);
    if (name === 'adaptsize' && trace.sizes === null) throw new UsageError(`${file} has no sizes.`);
    traces.set(name, trace);
    return trace;
  }, progress);
}

function oneTrace(path: string, options: OptionValues, progress: Progress): CacheReport {
  const inBytes = list(options, 'capacity-bytes').length > 0;
  const option = inBytes ? 'capacity-bytes' : 'capacity';
  const capacities = list(options, option).map((given) => readCapacity(option, given));
  if (capacities.length === 0)
    throw new UsageError('Give --capacity (entries) or --capacity-bytes, for instance --capacity 1000,5000.');
  const { keys, sizes } = readFile(path);
  if (inBytes && sizes === null) throw new UsageError(`${path} has no sizes: use --capacity.`);
  return {
    trace: basename(path),
    requests: keys.length,
    unique: new Set(keys).size,
    cells: capacities.map((capacity) => {
      progress(`${basename(path)} at ${capacity} ${inBytes ? 'bytes' : 'entries'}`);
      return inBytes && sizes !== null ? byteCell({ keys, sizes }, capacity) : unitCell(keys, capacity);
    }),
  };
}

function readCapacity(option: string, given: string): number {
  const capacity = Number(given);
  if (!Number.isSafeInteger(capacity) || capacity < 1)
    throw new UsageError(`--${option} must be whole numbers of 1 or more, got ${given}.`);
  return capacity;
}

/** Throws `UsageError` that names the file, and the line that is no request. */
function readFile(path: string): Trace {
  try {
    return readTrace(readBytes(path));
  } catch (error) {
    throw error instanceof AppError ? new UsageError(`${path}: ${error.message}`) : error;
  }
}
