/** The six guards in the order in which they are asked: what costs least comes first. */
import { faster } from './faster.ts';
import type { Guard } from './guard.ts';
import { preconditions } from './preconditions.ts';
import { reparse } from './reparse.ts';
import { roundTrip } from './round-trip.ts';
import { smallWorlds } from './small-worlds.ts';
import { thisData } from './this-data.ts';

export const GUARDS: readonly Guard[] = [roundTrip, reparse, preconditions, smallWorlds, thisData, faster];

/** All but the last: whether the rewrite is right, not whether it pays. */
export const RIGHTNESS_GUARDS: readonly Guard[] = GUARDS.filter((guard) => guard.id !== 'faster');
