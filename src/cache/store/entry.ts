/** An entry on its way in, as found, and as shown. */
import type { MissReason, QueryClass, TtlRuleName } from '../catalogue.ts';
import type { RowsByTable } from '../freshness/row-keys.ts';
import type { ContentVersion, Tables } from '../freshness/table-versions.ts';

/** A result on its way in. */
export interface NewEntry<Value> {
  value: Value;
  /** What the value weighs; the key is charged on top. */
  bytes: number;
  /** The statement, for people to read. */
  text: string;
  queryClass: QueryClass;
  tables: Tables;
  /** Of these tables the ones of which only certain rows matter. */
  rows?: RowsByTable;
  /** What the connection had applied when it read. */
  version: ContentVersion;
  /** What computing it took: what each hit saves. */
  costMs: number;
}

/**
 * Why a result was computed: somebody asked and it was not there; to replace one whose time is over; or for a teaching mode, whose
 * executions count nowhere.
 */
export type Purpose = 'asked' | 'refresh' | 'lesson';

export interface Hit<Value> {
  hit: true;
  value: Value;
  slot: number;
  generation: number;
  ageMs: number;
  /** What computing it had taken. */
  costMs: number;
  /** Its time is over, its tables were not written: to be refreshed. */
  stale: boolean;
}
export interface Miss {
  hit: false;
  reason: MissReason;
}

/** `message` says what, why, and the numbers. `stale`: one of its tables was written after it was read. */
export type Stored =
  | { stored: true; slot: number; generation: number }
  | { stored: false; reason: 'too-large' | 'not-admitted' | 'stale'; message: string };

/** What the store should know of a value besides what it weighs. */
export interface ValueTraits {
  /** What it was asked with, for people to read. */
  parameters: string;
  compressed: boolean;
  /** Uncompressed; null: what it weighs. */
  rawBytes: number | null;
}

/** One entry as a person sees it. `expiresInMs` is negative while it waits to be swept, or is served while it is refreshed. */
export interface EntryView {
  key: string;
  text: string;
  tables: Tables;
  queryClass: QueryClass;
  bytes: number;
  rawBytes: number;
  compressed: boolean;
  decodedBytes: number;
  ageMs: number;
  idleMs: number;
  expiresInMs: number;
  ttlMs: number;
  ttlRule: TtlRuleName;
  ttlReason: string;
  hits: number;
  costMs: number;
}
