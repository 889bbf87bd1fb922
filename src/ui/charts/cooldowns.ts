/** Cooldowns as shaded stretches, gathered from what the engine says of the present one. Pure. */

/** On the engine's clock, ms. */
export interface Cooldown {
  fromMs: number;
  toMs: number;
}

/** Kept at most: more than ten minutes of them. */
const COOLDOWNS_MAX = 100;
/** Reports of the same cooldown differ by less than this. */
const SAME_MS = 1000;

/** The list with the present cooldown in it; the same list when there is nothing new. */
export function noteCooldown(
  known: readonly Cooldown[],
  untilMs: number | null,
  lengthMs: number,
): readonly Cooldown[] {
  if (untilMs === null) return known;
  const last = known.at(-1);
  if (last && Math.abs(last.toMs - untilMs) < SAME_MS) return known;
  return [...known, { fromMs: untilMs - lengthMs, toMs: untilMs }].slice(-COOLDOWNS_MAX);
}
