/**
 * Compressed results that are asked for again and again are kept decoded besides, charged like everything else: those used last, up to a
 * share of the capacity.
 */
import { decompress, type CompressedValue } from '../../cache/compression/compression.ts';
import type { ResultCache } from '../../cache/result-cache.ts';
import { byteLengthOf } from '../../database/rows/columns.ts';
import type { ResultColumns } from '../../database/protocol.ts';
import type { CachedResult } from './query-cache.ts';

const CAPACITY_SHARE = 1 / 4;
/** The first hits may have been all. */
const HITS_MIN = 2;

interface Copy {
  generation: number;
  decoded: ResultColumns;
}

export class DecodedCopies {
  readonly #store: ResultCache<CachedResult>;
  readonly #nowMs: () => number;
  /** By slot; the one used last at the end. */
  readonly #copies = new Map<number, Copy>();
  /** By slot: what unpacking took when it was last done. */
  readonly #lastMs = new Map<number, { generation: number; decodeMs: number }>();
  #counts = { unpacked: 0, unpackMs: 0 };
  /** Being unpacked now: many may ask at once. */
  readonly #unpacking = new WeakMap<CompressedValue, Promise<ResultColumns>>();

  constructor(store: ResultCache<CachedResult>, nowMs: () => number) {
    this.#store = store;
    this.#nowMs = nowMs;
    store.watch((slot) => {
      const copy = this.#copies.get(slot);
      const generation = store.generationOf(slot);
      if (copy && copy.generation !== generation) this.#copies.delete(slot);
      if (this.#lastMs.size > 0 && this.#lastMs.get(slot)?.generation !== generation) this.#lastMs.delete(slot);
    });
  }

  /** The copy of an entry that was hit; null when there is none. */
  get(slot: number): ResultColumns | null {
    const copy = this.#copies.get(slot);
    if (copy === undefined) return null;
    this.#copies.delete(slot);
    this.#copies.set(slot, copy);
    return copy.decoded;
  }

  /** The result of a compressed entry that was hit. Rejects when its bytes are damaged. */
  unpack(slot: number, compressed: CompressedValue): Promise<ResultColumns> {
    const generation = this.#store.generationOf(slot);
    return this.decode(compressed, (decoded, decodeMs) => {
      if (this.#store.generationOf(slot) === generation) this.#lastMs.set(slot, { generation, decodeMs });
      this.#keep(slot, { generation, decoded });
    });
  }

  /** Since the counts were last reset; `unpackMs` is the sum. */
  get counts(): Readonly<{ unpacked: number; unpackMs: number }> {
    return this.#counts;
  }

  resetCounts(): void {
    this.#counts = { unpacked: 0, unpackMs: 0 };
  }

  lastMs(slot: number): number | null {
    return this.#lastMs.get(slot)?.decodeMs ?? null;
  }

  /** The same for one that is no entry (any more). */
  decode(
    compressed: CompressedValue,
    use: (decoded: ResultColumns, decodeMs: number) => void = () => {},
  ): Promise<ResultColumns> {
    let result = this.#unpacking.get(compressed);
    if (result === undefined) {
      result = decompress(compressed).then(({ value, decodeMs }) => {
        this.#counts = { unpacked: this.#counts.unpacked + 1, unpackMs: this.#counts.unpackMs + decodeMs };
        use(value as ResultColumns, decodeMs);
        return value as ResultColumns;
      });
      this.#unpacking.set(compressed, result);
      const forget = (): void => void this.#unpacking.delete(compressed);
      result.then(forget, forget);
    }
    return result;
  }

  #keep(slot: number, copy: Copy): void {
    if (this.#store.generationOf(slot) !== copy.generation || this.#store.hitsOf(slot) < HITS_MIN) return;
    const bytes = byteLengthOf(copy.decoded);
    const budget = this.#store.settings.capacityBytes * CAPACITY_SHARE;
    if (bytes > budget) return;
    for (const [oldest, { generation }] of this.#copies) {
      if (this.#store.decodedBytes + bytes <= budget) break;
      this.#copies.delete(oldest);
      this.#store.chargeDecoded(oldest, generation, 0, this.#nowMs());
    }
    this.#copies.set(slot, copy);
    if (!this.#store.chargeDecoded(slot, copy.generation, bytes, this.#nowMs())) this.#copies.delete(slot);
  }
}
