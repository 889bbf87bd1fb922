/** How much longer work takes, reckoned from the share that is done and the time that it took. */

/** Before that the speed is not known well enough. */
const FROM_FRACTION = 0.05;

/** In whole seconds, upwards; null while it is too early to say, and at the end. */
export function timeLeftMs(fraction: number, elapsedMs: number): number | null {
  if (fraction < FROM_FRACTION || fraction >= 1) return null;
  return Math.ceil(((elapsedMs / fraction) * (1 - fraction)) / 1000) * 1000;
}
