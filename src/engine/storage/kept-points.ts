/** Points in time on their way to the store: of a point that has grown only what is new, as another chunk. */
import { chunkKey, imagesChecksum, packImages, type KeptPoint, type Line } from './kept-format.ts';
import type { Point } from '../data/undo-pages.ts';

/** A point in more chunks than this is written anew as one. */
const CHUNKS_MAX = 16;

export interface SavedPoints {
  entries: [string, unknown][];
  points: KeptPoint[];
  /** Keys of chunks that count no more. */
  obsolete: string[];
}

export function savePoints(line: Line, points: readonly Point[]): SavedPoints {
  const kept = new Map(line.points.map((point) => [point.id, point]));
  const entries: SavedPoints['entries'] = [];
  const saved = points.map(({ images, ...head }): KeptPoint => {
    const chunks = kept.get(head.id)?.chunks ?? [];
    const count = chunks.reduce((sum, chunk) => sum + chunk.count, 0);
    if (images.size === count) return { ...head, chunks };
    const anew = chunks.length >= CHUNKS_MAX;
    const packed = packImages([...images].slice(anew ? 0 : count), line.pageSize);
    const id = (chunks.at(-1)?.id ?? 0) + 1;
    entries.push([chunkKey(line.id, head.id, id), packed]);
    const chunk = { id, count: packed.pageNumbers.length, checksum: imagesChecksum(packed) };
    return { ...head, chunks: anew ? [chunk] : [...chunks, chunk] };
  });
  const keysOf = (list: readonly KeptPoint[]): string[] =>
    list.flatMap((point) => point.chunks.map((chunk) => chunkKey(line.id, point.id, chunk.id)));
  const counting = new Set(keysOf(saved));
  return { entries, points: saved, obsolete: keysOf(line.points).filter((key) => !counting.has(key)) };
}
