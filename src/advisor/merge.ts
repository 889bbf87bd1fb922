/**
 * One index in place of two: the parts of the first, then those of the second that it lacks. Whoever used the first still finds rows as
 * before, whoever used the second finds them by what both begin with, and reads the rest in the index (Chaudhuri and Narasayya, ICDE 1999).
 */
import { foldCase } from '../sql/tokens.ts';
import { keyOf, PARTS_MAX, serves, type IndexCandidate } from './candidates.ts';

/** Merged pairs of one table that begin with the same part, in either order; what is there already is left out. */
export function mergedOf(candidates: readonly IndexCandidate[]): IndexCandidate[] {
  const known = new Set(candidates.map(keyOf));
  const found: IndexCandidate[] = [];
  for (const one of candidates) {
    for (const other of candidates) {
      if (one === other || foldCase(one.table) !== foldCase(other.table) || one.where !== other.where) continue;
      if (foldCase(one.parts[0] ?? '') !== foldCase(other.parts[0] ?? '') || serves(one, other)) continue;
      const has = new Set(one.parts.map(foldCase));
      const parts = [...one.parts, ...other.parts.filter((part) => !has.has(foldCase(part)))];
      const merged = { ...one, parts, reason: `${one.reason.slice(0, -1)}; serves as ${other.parts.join(', ')} too.` };
      const key = keyOf(merged);
      if (parts.length > PARTS_MAX || known.has(key)) continue;
      known.add(key);
      found.push(merged);
    }
  }
  return found;
}
