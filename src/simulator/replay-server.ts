/** Replays a trace on request: reads or makes it, races all strategies over it in slices, then asks what the optimum would have been. */
import { optimalHits } from '../cache/optimal.ts';
import { Replay } from '../cache/traces/replay.ts';
import { readTrace, type Trace } from '../cache/traces/trace.ts';
import { AppError } from '../core/errors.ts';
import type { CallContext } from '../core/rpc.ts';
import { generateTrace } from '../workload/traces.ts';
import type { ReplayedTrace, ReplayProgress, ReplayRequest } from './protocol.ts';

/** Some tens of milliseconds for all strategies together. */
const REQUESTS_PER_SLICE = 10_000;
/** Room for this share of what the trace asks for, unless told: small enough that strategies differ. */
const CAPACITY_SHARE = 0.1;
/** Beyond it the optimum would take minutes, and cannot be stopped in between. */
const OPTIMUM_REQUESTS_MAX = 1_000_000;

export interface ReplayTools {
  /** Resolves after messages that wait have been delivered. */
  pause(): Promise<void>;
  /** The bytes of a gzip file; rejects when it is not one. */
  gunzip(bytes: Uint8Array): Promise<Uint8Array>;
}

export async function replayTrace(
  { trace: source, capacity }: ReplayRequest,
  { pause, gunzip }: ReplayTools,
  context: CallContext,
): Promise<ReplayedTrace> {
  const tell = async (progress: ReplayProgress): Promise<void> => {
    context.progress(progress);
    await pause();
    if (context.signal.cancelled) throw new AppError('cancelled', 'The replay was stopped.');
  };
  await tell({ fraction: 0, stage: 'reading', soFar: null });
  const trace =
    source.type === 'generated'
      ? { keys: generateTrace(source), sizes: null }
      : readTrace(await unpacked(source.bytes, gunzip));
  const replay = new Replay(trace, capacity ?? defaultCapacity(trace));
  while (replay.advance(REQUESTS_PER_SLICE)) {
    await tell({ fraction: replay.fraction, stage: 'replaying', soFar: replay.report() });
  }
  const report = replay.report();
  const { length } = trace.keys;
  if (trace.sizes !== null || length > OPTIMUM_REQUESTS_MAX) return { ...report, optimalHitRatio: null };
  await tell({ fraction: 1, stage: 'optimum', soFar: report });
  return { ...report, optimalHitRatio: optimalHits(trace.keys, report.capacity) / length };
}

function defaultCapacity({ keys, sizes }: Trace): number {
  const weights = new Map<number, number>();
  for (let at = 0; at < keys.length; at++) weights.set(keys[at], sizes ? sizes[at] : 1);
  let total = 0;
  for (const weight of weights.values()) total += weight;
  return Math.max(1, Math.round(total * CAPACITY_SHARE));
}

async function unpacked(bytes: Uint8Array, gunzip: ReplayTools['gunzip']): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await gunzip(bytes);
  } catch {
    throw new AppError(
      'bad-trace',
      'The trace is a gzip file that is cut off or damaged: pack it again, or drop the plain text.',
    );
  }
}
