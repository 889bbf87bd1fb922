/** What page and engine say to each other about the data as a whole: what is open, points in time, imports, exports, storage, sizes. */
import type { ImportPlan, ImportPreview, ImportReading, ImportReport } from '../database/import/protocol.ts';
import type {
  ExportFormat,
  ExportSource,
  ForeignKeyReport,
  SampleRequest,
  StorageCensus,
  Version,
} from '../database/protocol.ts';

export type {
  ExportFormat,
  ExportSource,
  ForeignKeyReport,
  ImportPlan,
  ImportPreview,
  ImportReading,
  ImportReport,
  StorageCensus,
};
export type {
  BadLine,
  ImportColumn,
  ImportFormat,
  ImportProgress,
  ImportType,
  TextEncodingName,
} from '../database/import/protocol.ts';

/** What may be opened in the lab. */
export type DataSource = { type: 'sample'; sample: SampleRequest } | { type: 'file'; name: string };

/** What was found when the file was opened; it stays with the database over reloads. */
export interface FileCondition {
  walMode: boolean;
  /** Damaged in places, read-only. Plain sentences. */
  warnings: string[];
  /** Its pages do not fit together; rows are not counted then. */
  damaged: boolean;
}

export interface DatabaseInfo extends FileCondition {
  source: DataSource;
  bytes: number;
  version: Version;
  /** Writes since it was opened. */
  changed: boolean;
  /** Something of the person's is committed and not yet in this browser's store: a reload now would lose it. */
  unsaved: boolean;
  unusable: { name: string; reason: string }[];
  storage: StorageState;
  isolated: boolean;
  /** Why nothing can be written here (another tab owns the data); null when it can. */
  readOnly: string | null;
}

export interface StorageState {
  /** `kept`: IndexedDB works here. `denied`: it does not; `other-tab`: another tab owns it; `safe`: opened with `?safe`, nothing is saved. */
  state: 'kept' | 'denied' | 'other-tab' | 'safe' | 'full';
  message: string;
  /** Wall clock, ms since 1970; null when nothing was saved yet. */
  savedAtMs: number | null;
  /** Of all that is kept: the newest copy, changes, points in time, and the earlier copy. */
  bytes: number | null;
  /** What is kept beside the newest copy, should that be damaged; null while nothing is. */
  earlier: EarlierCopy | null;
  /** Of the whole site, and what the browser allows it; null where it does not tell. */
  usageBytes: number | null;
  quotaBytes: number | null;
  /** Whether the browser has promised not to evict it; null when it was not asked yet. */
  persisted: boolean | null;
}

/** An earlier copy of the database that is open, from which kept changes lead to the newest; or the database before it, whole. */
export interface EarlierCopy {
  of: 'this' | 'before';
  /** Of its database. */
  name: string;
  /** Of the copy; of the database before also its changes and points in time. */
  bytes: number;
}

/** A state of the data that can be gone back to. Only pages that changed since are kept for it. */
export interface PointInTime {
  id: number;
  /** The person's own name, or what was about to be done: `before: DELETE FROM orders`. */
  name: string;
  /** Made by the lab before a write; leaves by itself, oldest first, when there are many. */
  automatic: boolean;
  /** Milliseconds since 1970. */
  wallMs: number;
  /** Log number of the data at this point. */
  logNumber: number;
  /** Bytes of pages kept for this point alone. */
  keptBytes: number;
  /** Writes between this point and now. */
  writesSince: number;
}

export interface PointsInTime {
  /** Newest first. */
  points: PointInTime[];
  keptBytes: number;
  /** Automatic points leave, the oldest first, while their own pages are more than this; the person's own are not bounded. */
  keptBytesMax: number;
}

/** Progress of a run, about five times a second while it lasts. No share of the whole is known, so none is told. */
export interface RunProgress {
  rows: number;
  /** Null where the counter failed its calibration. */
  vmSteps: number | null;
  elapsedMs: number;
  /** Steps that the same text took when it last ran to its end; null when it never did. */
  vmStepsBefore: number | null;
  /** Of a script: which statement, from 0. */
  statementIndex: number;
}

export interface PreviewRequest {
  file: Blob;
  name: string;
  /** What the person has already decided; the rest is guessed. */
  reading: Partial<ImportReading>;
}

export interface ImportFileRequest {
  file: Blob;
  name: string;
  plan: ImportPlan;
}

export interface ExportRequest {
  what: ExportSource;
  format: ExportFormat;
}

export interface ExportReply {
  name: string;
  file: Blob;
  rows: number;
}
