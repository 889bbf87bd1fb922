/** One entry of the shelf as a person sees it. */
import {
  BYTES,
  COMPRESSED,
  COST_MS,
  DECODED_BYTES,
  EXPIRES_MS,
  HITS,
  RAW_BYTES,
  USED_MS,
  WRITTEN_MS,
} from './entry-rows.ts';
import type { EntryRows } from './entry-rows.ts';
import type { EntryView } from './entry.ts';
import { ttlReason } from '../freshness/ttl.ts';

export function viewOf(rows: EntryRows<unknown>, slot: number, nowMs: number): EntryView {
  const ttl = rows.ttl(slot);
  const queryClass = rows.queryClasses[slot];
  return {
    key: rows.keys[slot] ?? '',
    text: rows.texts[slot],
    tables: rows.tables[slot],
    queryClass,
    bytes: rows.get(slot, BYTES),
    rawBytes: rows.get(slot, RAW_BYTES),
    compressed: rows.get(slot, COMPRESSED) === 1,
    decodedBytes: rows.get(slot, DECODED_BYTES),
    ageMs: Math.max(0, nowMs - rows.get(slot, WRITTEN_MS)),
    idleMs: Math.max(0, nowMs - rows.get(slot, USED_MS)),
    expiresInMs: rows.get(slot, EXPIRES_MS) - nowMs,
    ttlMs: ttl.ttlMs,
    ttlRule: ttl.rule,
    ttlReason: ttlReason(ttl, queryClass),
    hits: rows.get(slot, HITS),
    costMs: rows.get(slot, COST_MS),
  };
}
