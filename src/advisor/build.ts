/** The most promising candidates built for real on a fork, as long as there is time and room. */
import { isDeadline, messageOf, type Sandbox } from '../optimizer/sandbox.ts';
import type { IndexRack } from './rack.ts';
import type { Survivor } from './prune.ts';

export interface BuiltIndex extends Survivor {
  /** On the rack of the fork. */
  rackNumber: number;
  buildMs: number;
  /** Counted in pages. */
  bytes: number;
}

/** On the rack, and in one choice. */
export const BUILT_MAX = 30;
/** All together they may take so many times what those chosen may. */
const ROOM = 3;
/** Before one was built: milliseconds per byte of an index on an idle machine. */
const MS_PER_BYTE = 6e-5;
const BUILD_MS_MIN = 10;
/** What an index costs besides being built: it is tried with others. */
const BESIDE_MS = 100;
/** Of what one promises that is no better than one that is there: the promise may be wrong. */
const DOUBT = 0.02;

export function* buildIndexes(
  survivors: readonly Survivor[],
  rack: IndexRack,
  budgetBytes: number,
  leftMs: () => number,
  notes: string[],
): Generator<{ built: number; name: string }, BuiltIndex[]> {
  const built: BuiltIndex[] = [];
  let [bytes, spentMs, spentBytes, skipped] = [0, 0, 1, 0];
  const expectedMs = (one: Survivor): number =>
    BUILD_MS_MIN + one.bytes * (spentBytes > 1e6 ? spentMs / spentBytes : MS_PER_BYTE);
  const served = new Map<string, number>();
  const worthOf = ({ promise }: Survivor): number =>
    [...promise].reduce((sum, [role, gain]) => sum + Math.max(gain - (served.get(role) ?? 0), DOUBT * gain), 0);
  const open = [...survivors];
  while (open.length > 0 && built.length < BUILT_MAX) {
    // What promises most for the time that it takes; that is known better after each one.
    const worth = new Map(open.map((one) => [one, worthOf(one) / (BESIDE_MS + expectedMs(one))]));
    open.sort((a, b) => (worth.get(b) ?? 0) - (worth.get(a) ?? 0));
    const next = open.shift();
    if (!next) break;
    if (expectedMs(next) > leftMs() || bytes + next.bytes > budgetBytes * ROOM) {
      skipped++;
      continue;
    }
    yield { built: built.length, name: next.name };
    const { sandbox } = rack;
    const startMs = sandbox.nowMs();
    try {
      const before = bytesOf(sandbox);
      const rackNumber = rack.build(
        { table: next.candidate.table, name: next.name, ddl: next.ddl },
        Math.max(1, leftMs()),
      );
      const buildMs = sandbox.nowMs() - startMs;
      const size = bytesOf(sandbox) - before;
      for (const [role, gain] of next.promise) served.set(role, Math.max(gain, served.get(role) ?? 0));
      built.push({ ...next, rackNumber, buildMs, bytes: size });
      bytes += size;
      spentMs += buildMs;
      spentBytes += size;
    } catch (error) {
      if (isDeadline(error)) skipped++;
      else if (isOutOfMemory(error)) {
        notes.push(`There was not enough memory to build ${next.name}: the advice is made with what was built before.`);
        break;
      } else notes.push(`${next.name} could not be built: ${messageOf(error)}.`);
    }
  }
  if (open.length + skipped > 0)
    notes.push(`${open.length + skipped} less promising candidates were not built, for want of time or room.`);
  return built;
}

/** As SQLite tells it, or JavaScript. What comes after it would run into it too. */
function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError || /out of memory/i.test(messageOf(error));
}

export function bytesOf(sandbox: Sandbox): number {
  const [[bytes = 0n] = []] = sandbox
    .run(
      'SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
      [],
      null,
    )
    .rows();
  return Number(bytes);
}
