/** Why a strategy keeps an entry where it does, in words, from what it goes by. */
import { formatBytes } from '../../core/bytes.ts';
import { STRATEGIES, type StrategyName } from '../catalogue.ts';
import type { EntryView } from '../store/entry.ts';
import { counted, duration } from '../words.ts';

interface Standing {
  strategy: StrategyName;
  /** Which strategy Adaptive follows now. */
  leader: string | null;
  /** Place in the strategy's order, 0 leaving last; and of how many. */
  rank: number;
  size: number;
}

type Seen = Pick<EntryView, 'hits' | 'idleMs' | 'ageMs' | 'expiresInMs' | 'bytes' | 'costMs'>;

/** What each strategy goes by, with the entry's numbers. */
const GROUNDS: Record<StrategyName, (entry: Seen, leader: string | null) => string> = {
  fifo: ({ ageMs }) => `stored ${duration(ageMs)} ago, and only that counts`,
  lru: ({ idleMs }) => `last used ${duration(idleMs)} ago`,
  lfu: ({ hits }) => `used ${counted(hits, 'time')}`,
  ttl: ({ expiresInMs }) =>
    expiresInMs > 0 ? `its time runs for another ${duration(expiresInMs)}` : 'its time is over',
  sieve: ({ hits, idleMs }) => (hits > 0 ? `used since it was stored, last ${duration(idleMs)} ago` : 'not used yet'),
  's3-fifo': ({ hits }) =>
    hits > 1 ? `used ${counted(hits, 'time')}, which earns another round` : 'on trial: not used twice yet',
  lirs: ({ hits, idleMs }) =>
    hits > 0
      ? `used ${counted(hits, 'time')}, last ${duration(idleMs)} ago: its uses lie close together`
      : 'used once only so far',
  'w-tinylfu': ({ hits, idleMs }) => `used ${counted(hits, 'time')}, last ${duration(idleMs)} ago`,
  gdsf: ({ hits, bytes, costMs }) =>
    `used ${counted(hits, 'time')}, each saves ${duration(costMs)}, and it takes ${formatBytes(bytes)}`,
  adaptive: ({ hits, idleMs }, leader) =>
    `used ${counted(hits, 'time')}, last ${duration(idleMs)} ago${leader ? `; ${leader} leads now` : ''}`,
};

export function whyKept(entry: Seen, { strategy, leader, rank, size }: Standing): string {
  const before = size - 1 - rank;
  const place = before === 0 ? 'the next to leave' : `${counted(before, 'other leaves', 'others leave')} before it`;
  const grounds = GROUNDS[strategy](entry, leader && leaderLabel(leader));
  return `${STRATEGIES[strategy].label}: ${grounds}; ${place}.`;
}

function leaderLabel(leader: string): string {
  return leader in STRATEGIES ? STRATEGIES[leader as StrategyName].label : leader;
}
