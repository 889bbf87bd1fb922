/** Hit ratios of every strategy, and of the clairvoyant optimum, over a recorded stream of keys. */
import { basename } from 'node:path';
import { list, text, UsageError, type Command, type OptionValues, type Progress } from '../command.ts';
import { readBytes } from '../files.ts';
import { STRATEGY_NAMES, type StrategyName } from '../../src/cache/catalogue.ts';
import { optimalHits } from '../../src/cache/optimal.ts';
import { STRATEGY_REGISTRY } from '../../src/cache/registry.ts';
import { ShadowCache } from '../../src/cache/shadows.ts';

export interface CacheReport {
  trace: string;
  requests: number;
  unique: number;
  cells: CacheCell[];
}

export interface CacheCell {
  /** In entries, or in bytes where sizes count. */
  capacity: number;
  /** By strategy, 0..1; `optimal` for entries of one size only. */
  hitRatio: Record<string, number>;
  byteHitRatio?: Record<string, number>;
}

export interface Trace {
  keys: Uint32Array;
  /** Bytes per request; null where every entry counts as one. */
  sizes: Float64Array | null;
}

export const command: Command = {
  name: 'cache',
  summary: 'Hit ratio of every strategy over a recorded trace, beside the clairvoyant optimum.',
  options: [
    {
      name: 'trace',
      type: 'string',
      required: true,
      help: 'a file of keys, or of keys and bytes, one request a line (gzip or plain)',
    },
    { name: 'capacity', type: 'list', help: 'capacities in entries, with commas between' },
    { name: 'capacity-bytes', type: 'list', help: 'capacities in bytes, for traces with sizes' },
  ],
  run: (options: OptionValues, progress: Progress) => Promise.resolve(run(options, progress)),
};

function run(options: OptionValues, progress: Progress): CacheReport {
  const path = text(options, 'trace');
  const inBytes = list(options, 'capacity-bytes').length > 0;
  const option = inBytes ? 'capacity-bytes' : 'capacity';
  const capacities = list(options, option).map((given) => readCapacity(option, given));
  if (capacities.length === 0)
    throw new UsageError('Give --capacity (entries) or --capacity-bytes, for instance --capacity 1000,5000.');
  const trace = readTrace(path);
  if (inBytes && trace.sizes === null) throw new UsageError(`${path} has no sizes: use --capacity.`);
  const { keys } = trace;
  return {
    trace: basename(path),
    requests: keys.length,
    unique: new Set(keys).size,
    cells: capacities.map((capacity) => {
      progress(`${basename(path)} at ${capacity} ${inBytes ? 'bytes' : 'entries'}`);
      return inBytes ? byteCell(trace, capacity) : unitCell(keys, capacity);
    }),
  };
}

function unitCell(keys: Uint32Array, capacity: number): CacheCell {
  const hitRatio: Record<string, number> = {};
  for (const name of STRATEGY_NAMES) hitRatio[name] = replay({ keys, sizes: null }, capacity, name).hits / keys.length;
  hitRatio.optimal = optimalHits(keys, capacity) / keys.length;
  return { capacity, hitRatio };
}

function byteCell(trace: Trace, capacity: number): CacheCell {
  const hitRatio: Record<string, number> = {};
  const byteHitRatio: Record<string, number> = {};
  const total = trace.sizes?.reduce((sum, size) => sum + size, 0) ?? 0;
  for (const name of STRATEGY_NAMES) {
    const { hits, hitWeight } = replay(trace, capacity, name);
    hitRatio[name] = hits / trace.keys.length;
    byteHitRatio[name] = hitWeight / total;
  }
  return { capacity, hitRatio, byteHitRatio };
}

/** Key numbers stand for their own hashes: a trace has fewer than 2^32 of them, so that none collide. */
function replay(trace: Trace, capacity: number, name: StrategyName): { hits: number; hitWeight: number } {
  const cache = new ShadowCache(STRATEGY_REGISTRY[name].create(), capacity);
  let hits = 0;
  let hitWeight = 0;
  for (let at = 0; at < trace.keys.length; at++) {
    const weight = trace.sizes?.[at] ?? 1;
    if (!cache.access(trace.keys[at], weight, 1, at)) continue;
    hits++;
    hitWeight += weight;
  }
  return { hits, hitWeight };
}

function readCapacity(option: string, given: string): number {
  const capacity = Number(given);
  if (!Number.isSafeInteger(capacity) || capacity < 1)
    throw new UsageError(`--${option} must be whole numbers of 1 or more, got ${given}.`);
  return capacity;
}

/** Lines of one whole number (a key), or of two (a key, its bytes). Throws `UsageError` naming the line that is neither. */
export function readTrace(path: string): Trace {
  const bytes = readBytes(path);
  const numbers: number[] = [];
  let columns = 0;
  let line = 1;
  let onLine = 0;
  let value = -1;
  for (let at = 0; at <= bytes.length; at++) {
    const code = at < bytes.length ? bytes[at] : 10;
    if (code >= 48 && code <= 57) {
      value = (value < 0 ? 0 : value * 10) + code - 48;
      continue;
    }
    if (code !== 32 && code !== 13 && code !== 10 && code !== 9)
      throw new UsageError(`${path}, line ${line}: expected whole numbers.`);
    if (value >= 0) {
      numbers.push(value);
      onLine++;
      value = -1;
    }
    if (code !== 10) continue;
    if (onLine > 0) {
      columns ||= onLine;
      if (onLine !== columns || columns > 2)
        throw new UsageError(`${path}, line ${line}: expected ${Math.min(columns, 2)} numbers, found ${onLine}.`);
    }
    line++;
    onLine = 0;
  }
  if (columns === 0) throw new UsageError(`${path} holds no requests.`);
  const requests = numbers.length / columns;
  const keys = Uint32Array.from({ length: requests }, (_, at) => numbers[at * columns]);
  return {
    keys,
    sizes: columns === 2 ? Float64Array.from({ length: requests }, (_, at) => numbers[at * 2 + 1]) : null,
  };
}
