import type { Sandbox } from '../optimizer/sandbox.ts';
import type { Reader } from '../sql/parse/reader.ts';
import type { Schema } from '../sql/schema.ts';

/** What advice is made with. */
export interface AdvisorTools {
  /** The data as it is; nothing is written to it. */
  data: Sandbox;
  /** A copy of it to write to, for this call alone. */
  fork: Sandbox;
  read: Reader;
  schema: Schema;
}
