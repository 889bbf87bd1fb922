/**
 * A replay of a made trace as an address: `#/cache?trace=loop&requests=200000&keys=2000&seed=1&sizes=100,200`. Short enough to be
 * read and changed by hand, so it is neither packed nor summed; like any link it runs nothing by itself.
 */
import { GENERATED_TRACES, type GeneratedTraceName } from '../workload/catalogue.ts';
import { traceDefaults, traceRanges, type GeneratedTraceRequest } from '../workload/settings.ts';
import type { Range } from '../core/range.ts';
import { numberIn, oneOf, text } from './check.ts';

/** `sizes` as a person writes them, such as `5 %, 512`; empty when the address names none. */
export interface SharedReplay {
  made: GeneratedTraceRequest;
  sizes: string;
}

const KINDS = Object.keys(GENERATED_TRACES) as GeneratedTraceName[];
const SIZES_LENGTH_MAX = 200;

/** The address, from `#` on; `sizes` in entries. */
export function replayFragment(
  { kind, requests, unique, seed }: GeneratedTraceRequest,
  sizes: readonly number[],
): string {
  return `#/cache?trace=${kind}&requests=${requests}&keys=${unique}&seed=${seed}&sizes=${sizes.join(',')}`;
}

/** `query` holds the parts after `?`; null when no replay is among them. Throws AppError `link-invalid` that names the part. */
export function readReplay(query: ReadonlyMap<string, string>): SharedReplay | null {
  const kind = query.get('trace');
  if (kind === undefined) return null;
  const numberOf = (name: string, range: Range, otherwise: number): number => {
    const written = query.get(name);
    if (written === undefined) return otherwise;
    // What is no number is shown as it is written.
    return numberIn(range)(/^\d+$/.test(written) ? Number(written) : written, name);
  };
  return {
    made: {
      kind: oneOf(KINDS)(kind, 'trace'),
      requests: numberOf('requests', traceRanges.requests, traceDefaults.requests),
      unique: numberOf('keys', traceRanges.unique, traceDefaults.unique),
      seed: numberOf('seed', traceRanges.seed, traceDefaults.seed),
    },
    sizes: text(SIZES_LENGTH_MAX)(query.get('sizes') ?? '', 'sizes'),
  };
}
