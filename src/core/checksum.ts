/** Whether bytes are the same, without comparing them: torn or flipped pages, replicas that differ. Not against malice. */

/** FNV-1a over 32-bit words, then the bytes that are left; `seed` chains several arrays. 60 MB take some tens of milliseconds. */
export function checksumOf(bytes: Uint8Array, seed = 0x811c9dc5): number {
  const words = bytes.byteLength >>> 2;
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  const view = new Int32Array(aligned.buffer, aligned.byteOffset, words);
  let hash = seed ^ bytes.byteLength;
  for (let index = 0; index < words; index++) {
    hash = Math.imul(hash ^ view[index], 0x01000193);
    hash ^= hash >>> 15;
  }
  for (let index = words * 4; index < aligned.byteLength; index++) hash = Math.imul(hash ^ aligned[index], 0x01000193);
  return hash >>> 0;
}
