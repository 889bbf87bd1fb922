/** What page and engine say to each other about the data as a whole: points in time, imports, exports, storage, sizes. */
import type { ImportPlan, ImportPreview, ImportReading, ImportReport } from '../database/import/protocol.ts';
import type { ExportFormat, ExportSource, ForeignKeyReport, StorageCensus } from '../database/protocol.ts';

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
