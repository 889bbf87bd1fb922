/** The sizes at which a trace is to be replayed, as a person writes them: `5 %, 512, 16 MiB`. Pure. */
import { REPLAY_SIZES_MAX } from '../../../cache/traces/settings.ts';
import type { ReplaySize } from '../../../engine/protocol.ts';
import { parseBytes } from '../../components/byte-size.ts';

const HOW = 'Write shares, whole numbers or bytes with commas between, such as 5 %, 512, 16 MiB.';

/** Reads them, or says which one cannot be read and how it may look. */
export function readSizes(text: string): { sizes: ReplaySize[] } | { problem: string } {
  const parts = text.split(/[,;\n]/).map((part) => part.trim());
  const written = parts.filter((part) => part !== '');
  if (written.length === 0) return { problem: `No size is given. ${HOW}` };
  if (written.length > REPLAY_SIZES_MAX)
    return { problem: `${written.length} sizes are given, and one replay takes at most ${REPLAY_SIZES_MAX}.` };
  const sizes: ReplaySize[] = [];
  for (const part of written) {
    const size = readSize(part);
    if (typeof size === 'string') return { problem: size };
    sizes.push(size);
  }
  return { sizes };
}

function readSize(text: string): ReplaySize | string {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*(%|[a-z]*)$/i.exec(text) ?? [];
  if (digits === '') return `“${text}” is no size. ${HOW}`;
  const number = Number(digits);
  if (unit === '%') {
    if (number > 0 && number <= 100) return { share: number / 100 };
    return `“${text}”: a share must lie above 0 % and be at most 100 %.`;
  }
  const amount = unit === '' ? number : parseBytes(text);
  if (amount === null) return `“${text}”: units are %, B, KiB, MiB and GiB.`;
  if (!Number.isSafeInteger(amount) || amount < 1)
    return `“${text}”: room must be a whole number of ${unit === '' ? 'entries' : 'bytes'}, 1 or more.`;
  return unit === '' ? { capacity: amount } : { bytes: amount };
}
