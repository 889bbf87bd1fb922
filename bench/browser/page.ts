/** The page that `measure browser` drives: each measurement by name, called from outside. */
import { cacheHits, cancelRunaway, chaosInside } from './inside-engine.ts';
import { replicas } from './replicas.ts';
import { rowsToPage } from './rows-to-page.ts';

const measurements = { rowsToPage, replicas, cacheHits, cancelRunaway, chaosInside };

export type Measurements = typeof measurements;

Object.assign(window, { measurements });
