/** An entry on its way in, as found, and as shown. */
import type { MissReason, QueryClass } from './catalogue.ts';
import type { ContentVersion, Tables } from './table-versions.ts';

/** A result on its way in. */
export interface NewEntry<Value> {
  value: Value;
  /** What the value weighs; the key is charged on top. */
  bytes: number;
  /** The statement, for people to read. */
  text: string;
  queryClass: QueryClass;
  tables: Tables;
  /** What the connection had applied when it read. */
  version: ContentVersion;
  /** What computing it took: what each hit saves. */
  costMs: number;
}

export interface Hit<Value> {
  hit: true;
  value: Value;
  slot: number;
  generation: number;
  ageMs: number;
  /** What computing it had taken. */
  costMs: number;
}
export interface Miss {
  hit: false;
  reason: MissReason;
}

/** `message` says what, why, and the numbers. `stale`: one of its tables was written after it was read. */
export type Stored =
  | { stored: true; slot: number; generation: number }
  | { stored: false; reason: 'too-large' | 'not-admitted' | 'stale'; message: string };

/** One entry as a person sees it. `expiresInMs` is negative while it waits to be swept. */
export interface EntryView {
  key: string;
  text: string;
  tables: Tables;
  queryClass: QueryClass;
  bytes: number;
  ageMs: number;
  expiresInMs: number;
  hits: number;
  costMs: number;
}
