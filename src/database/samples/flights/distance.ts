/** Great-circle distances, from `core/math` and square roots alone, so that they are the same everywhere. */
import { sineOfTurns } from '../../../core/math.ts';
import { PLACES } from './places.ts';

const EARTH_RADIUS_KM = 6371;
const TWO_PI = 6.283185307179586;

const points = PLACES.map(({ latitude, longitude }) => {
  const cosine = sineOfTurns(latitude / 360 + 0.25);
  return [
    cosine * sineOfTurns(longitude / 360 + 0.25),
    cosine * sineOfTurns(longitude / 360),
    sineOfTurns(latitude / 360),
  ] as const;
});

/** Between places by their index, in whole kilometres. */
export const distancesKm: readonly (readonly number[])[] = points.map((one) =>
  points.map((other) => {
    const chord = Math.sqrt(one.reduce((sum, value, axis) => sum + (value - other[axis]) * (value - other[axis]), 0));
    return Math.round(2 * EARTH_RADIUS_KM * TWO_PI * turnsOfSine(Math.min(1, chord / 2)));
  }),
);

/** The angle in [0, 1/4] turns with this sine, by halving. */
function turnsOfSine(sine: number): number {
  let low = 0;
  let high = 0.25;
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (sineOfTurns(middle) < sine) low = middle;
    else high = middle;
  }
  return low;
}
