/** Writes a base into the store in pieces, before any head speaks of it. */
import { checksumOf } from '../../core/checksum.ts';
import type { Expected, KeyValueStore } from '../../core/store.ts';
import type { Snapshot } from '../../database/protocol.ts';
import { PIECE_BYTES, pieceKey } from './kept-format.ts';

/** Returns the pieces' checksums. A transaction each: between them the engine lives on. */
export async function writeBase(
  store: KeyValueStore,
  line: string,
  { base, logNumber }: Snapshot,
  guard: () => Expected,
): Promise<number[]> {
  const checksums: number[] = [];
  for (let start = 0; start < base.byteLength; start += PIECE_BYTES) {
    // In memory of its own: a store takes nothing that threads share.
    const piece = new Uint8Array(base.subarray(start, start + PIECE_BYTES));
    await store.setMany([[pieceKey(line, logNumber, checksums.length), piece]], [], guard());
    checksums.push(checksumOf(piece));
  }
  return checksums;
}
