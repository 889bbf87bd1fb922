/**
 * Points in time as before-images: what a page held when it first changed after the newest point. A point thus holds what
 * changed between it and the next newer one, and the way back to it goes over all newer ones, the oldest image of a page
 * winning. Only the newest point ever grows by writes, so a write costs the same however many points there are.
 */
import { AppError } from '../../core/errors.ts';
import type { PageRecord } from '../../database/protocol.ts';

/** What a point is, without its pages. */
export interface PointHead {
  id: number;
  name: string;
  /** Made by the lab, not by the person: leaves by itself. */
  automatic: boolean;
  /** Milliseconds since 1970. */
  wallMs: number;
  logNumber: number;
  /** Pages of the database then. */
  pageCount: number;
}

/** A point and its images by page number. Images are only ever added, at the end, so that a saver needs to know no more than how many it has. */
export interface Point extends PointHead {
  readonly images: Map<number, Uint8Array>;
}

/** Bounds on what is kept unasked. */
export interface PointLimits {
  automaticMax: number;
  automaticBytesMax: number;
}

export class UndoPages {
  /** Oldest first. */
  readonly #points: Point[];
  #nextId: number;
  #revision = 0;

  constructor(points: readonly Point[] = [], nextId = 1) {
    this.#points = [...points];
    this.#nextId = points.reduce((next, { id }) => Math.max(next, id + 1), nextId);
  }

  /** Oldest first. */
  get points(): readonly Point[] {
    return this.#points;
  }

  /** Moves with every change of points or images. */
  get revision(): number {
    return this.#revision;
  }

  get nextId(): number {
    return this.#nextId;
  }

  /** Bytes of images held. */
  get bytes(): number {
    return this.#points.reduce((sum, point) => sum + bytesOf(point), 0);
  }

  /** Undefined when there is no such point, or no more. */
  find(id: number): Point | undefined {
    return this.#points.find((point) => point.id === id);
  }

  /** The data as it stands becomes the newest point. */
  mark(head: Omit<PointHead, 'id'>): Point {
    const point = { ...head, id: this.#nextId++, images: new Map<number, Uint8Array>() };
    this.#points.push(point);
    this.#revision++;
    return point;
  }

  /** Before a record is laid over the data: keeps what it writes over or cuts off, where the newest point needs it. */
  note(
    record: Pick<PageRecord, 'pageNumbers' | 'pageCount'>,
    pageCount: number,
    read: (page: number) => Uint8Array,
  ): void {
    const newest = this.#points.at(-1);
    if (!newest) return;
    const keep = (page: number): void => {
      // Copied, so that the base and the records that it lay in can be freed.
      if (page <= newest.pageCount && !newest.images.has(page)) newest.images.set(page, new Uint8Array(read(page)));
    };
    const before = newest.images.size;
    record.pageNumbers.forEach(keep);
    for (let page = record.pageCount + 1; page <= pageCount; page++) keep(page);
    if (newest.images.size !== before) this.#revision++;
  }

  /** Pages that bring the present data back to a point; error `no-such-point`. All pages that are not among them are as they were. */
  wayBack(id: number): { pageCount: number; images: Map<number, Uint8Array> } {
    const from = this.#indexOf(id);
    const { pageCount } = this.#points[from];
    const images = new Map<number, Uint8Array>();
    for (const point of this.#points.slice(from)) {
      for (const [page, image] of point.images) if (page <= pageCount && !images.has(page)) images.set(page, image);
    }
    return { pageCount, images };
  }

  /** Removes a point. What older ones need of it goes over to its older neighbour. Error `no-such-point`. */
  drop(id: number): void {
    const index = this.#indexOf(id);
    const [dropped] = this.#points.splice(index, 1);
    const older = this.#points[index - 1];
    if (older) {
      for (const [page, image] of dropped.images) {
        // A page beyond the end of the older one was cut off before it, and lies with whoever is older still.
        if (page <= older.pageCount && !older.images.has(page)) older.images.set(page, image);
      }
    }
    this.#revision++;
  }

  /** Drops automatic points, the oldest first, until they keep within the limits. The person's own stay. */
  trim({ automaticMax, automaticBytesMax }: PointLimits): void {
    for (;;) {
      const automatic = this.#points.filter((point) => point.automatic);
      const bytes = automatic.reduce((sum, point) => sum + bytesOf(point), 0);
      if (automatic.length <= automaticMax && bytes <= automaticBytesMax) return;
      this.drop(automatic[0].id);
    }
  }

  #indexOf(id: number): number {
    const index = this.#points.findIndex((point) => point.id === id);
    if (index >= 0) return index;
    throw new AppError('no-such-point', 'This point in time is kept no more. Look at the list of those that are.');
  }
}

/** Bytes of a point's images. */
export function bytesOf({ images }: Point): number {
  let bytes = 0;
  for (const image of images.values()) bytes += image.byteLength;
  return bytes;
}
