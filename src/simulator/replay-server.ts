/**
 * Replays a trace on request: reads or makes it, then for each size races all strategies over it in slices, and asks what the optimum
 * would have been.
 */
import { optimalHits } from '../cache/optimal/optimal.ts';
import { Replay } from '../cache/traces/replay.ts';
import { REPLAY_SIZES_MAX, TRACE_TEXT_BYTES_MAX } from '../cache/traces/settings.ts';
import { readTrace, type Trace } from '../cache/traces/trace.ts';
import { formatBytes } from '../core/bytes.ts';
import { AppError } from '../core/errors.ts';
import type { CallContext } from '../core/rpc.ts';
import { generateTrace } from '../workload/traces.ts';
import type { ReplayedSize, ReplayedTrace, ReplayProgress, ReplayRequest, ReplaySize } from './protocol.ts';

/** Some tens of milliseconds for all strategies together. */
const REQUESTS_PER_SLICE = 10_000;
/** Beyond it the optimum would take minutes, and cannot be stopped in between. */
const OPTIMUM_REQUESTS_MAX = 1_000_000;

export interface ReplayTools {
  /** Resolves after messages that wait have been delivered. */
  pause(): Promise<void>;
  /** The bytes of a gzip file, null when they are more than `bytesMax`; rejects when it is not one. */
  gunzip(bytes: Uint8Array, bytesMax: number): Promise<Uint8Array | null>;
}

export async function replayTrace(
  { trace: source, sizes }: ReplayRequest,
  { pause, gunzip }: ReplayTools,
  context: CallContext,
): Promise<ReplayedTrace> {
  if (sizes.length < 1 || sizes.length > REPLAY_SIZES_MAX)
    throw new AppError('bad-trace', `A replay needs 1 to ${REPLAY_SIZES_MAX} sizes, got ${sizes.length}.`);
  const tell = async (progress: Omit<ReplayProgress, 'sizes'>): Promise<void> => {
    context.progress({ ...progress, sizes: sizes.length } satisfies ReplayProgress);
    await pause();
    if (context.signal.cancelled) throw new AppError('cancelled', 'The replay was stopped.');
  };
  await tell({ fraction: 0, stage: source.type === 'generated' ? 'making' : 'reading', size: 0, soFar: null });
  const given =
    source.type === 'generated'
      ? { keys: generateTrace(source), sizes: null }
      : readTrace(await unpacked(source.bytes, gunzip));
  const { trace, unique, footprint } = renumbered(given);
  const { length } = trace.keys;
  const capacities = [...new Set(sizes.map((size) => capacityOf(size, trace, footprint)))].sort((a, b) => a - b);
  const replayed: ReplayedSize[] = [];
  for (const [at, capacity] of capacities.entries()) {
    const size = at + 1;
    const replay = new Replay(trace, capacity);
    const fraction = (): number => (at + replay.fraction) / capacities.length;
    while (replay.advance(REQUESTS_PER_SLICE)) {
      await tell({ fraction: fraction(), stage: 'replaying', size, soFar: replay.report() });
    }
    const report = replay.report();
    const bounded = trace.sizes === null && length <= OPTIMUM_REQUESTS_MAX;
    await tell({ fraction: fraction(), stage: bounded ? 'optimum' : 'replaying', size, soFar: report });
    replayed.push({ ...report, optimalHitRatio: bounded ? optimalHits(trace.keys, capacity) / length : null });
  }
  const unit = trace.sizes ? 'bytes' : 'entries';
  return { requests: length, unique, unit, footprint, unboundedHitRatio: (length - unique) / length, sizes: replayed };
}

/** Keys as numbers from 0 in the order of their first request, since the optimum keeps a place for each number up to the largest. */
function renumbered({ keys, sizes }: Trace): { trace: Trace; unique: number; footprint: number } {
  const numbers = new Map<number, number>();
  const dense = new Uint32Array(keys.length);
  const weights: number[] = [];
  for (let at = 0; at < keys.length; at++) {
    let number = numbers.get(keys[at]);
    if (number === undefined) numbers.set(keys[at], (number = numbers.size));
    dense[at] = number;
    weights[number] = sizes ? sizes[at] : 1;
  }
  return {
    trace: { keys: dense, sizes },
    unique: numbers.size,
    footprint: weights.reduce((sum, each) => sum + each, 0),
  };
}

function capacityOf(size: ReplaySize, trace: Trace, footprint: number): number {
  if ('share' in size) {
    if (!(size.share > 0 && size.share <= 1))
      throw new AppError(
        'bad-trace',
        `A share of the trace must lie above 0 % and be at most 100 %, got ${size.share * 100} %.`,
      );
    return Math.max(1, Math.round(size.share * footprint));
  }
  if ('capacity' in size) return size.capacity;
  if (trace.sizes === null)
    throw new AppError(
      'bad-trace',
      `This trace has no sizes, so that room is counted in entries: write a whole number or a share instead of ${formatBytes(size.bytes)}.`,
    );
  return size.bytes;
}

async function unpacked(bytes: Uint8Array, gunzip: ReplayTools['gunzip']): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  let text: Uint8Array | null;
  try {
    text = await gunzip(bytes, TRACE_TEXT_BYTES_MAX);
  } catch {
    throw new AppError(
      'bad-trace',
      'The trace is a gzip file that is cut off or damaged: pack it again, or drop the plain text.',
    );
  }
  if (text !== null) return text;
  throw new AppError(
    'bad-trace',
    `The trace unpacks to more than ${formatBytes(TRACE_TEXT_BYTES_MAX)}: cut it into parts.`,
  );
}
