/** The page that `measure browser` drives: each measurement by name, called from outside. */
import { fuzzDatabaseFiles } from './fuzz.ts';
import { importRows } from './import-rows.ts';
import { cacheHits, chaosInside } from './inside-engine.ts';
import { manyQueries } from './many-queries.ts';
import { addReplicas, endReplicas, prepareReplicas, scanReplicas } from './memory.ts';
import { forks, pointReads, shippedWrites } from './inside-measures.ts';
import { replicas } from './replicas.ts';
import { rowsToPage } from './rows-to-page.ts';
import { stopRunaway } from './stops.ts';

const measurements = {
  rowsToPage,
  replicas,
  prepareReplicas,
  addReplicas,
  scanReplicas,
  endReplicas,
  pointReads,
  shippedWrites,
  forks,
  cacheHits,
  stopRunaway,
  manyQueries,
  importRows,
  chaosInside,
  fuzzDatabaseFiles,
};

export type Measurements = typeof measurements;

Object.assign(window, { measurements });
