/**
 * 32 bits of a key, evenly spread: any range of hashes is a fair sample of the keys. Two lanes take two characters at a time, after FNV-1a,
 * so that the multiplications of one need not wait for the other; Murmur3's finalizer mixes them.
 */
const PRIME = 0x01000193;

export function hashKey(key: string): number {
  const { length } = key;
  let one = 0x811c9dc5;
  let other = 0x9e3779b9 ^ length;
  let at = 0;
  for (; at + 3 < length; at += 4) {
    one = Math.imul(one ^ (key.charCodeAt(at) | (key.charCodeAt(at + 1) << 16)), PRIME);
    other = Math.imul(other ^ (key.charCodeAt(at + 2) | (key.charCodeAt(at + 3) << 16)), PRIME);
    // A product carries low bits up only; what is high must come down again.
    one ^= one >>> 15;
    other ^= other >>> 15;
  }
  for (; at < length; at++) one = Math.imul(one ^ key.charCodeAt(at), PRIME);
  return mixed(one ^ Math.imul(mixed(other), 5));
}

function mixed(hash: number): number {
  let bits = hash ^ (hash >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
