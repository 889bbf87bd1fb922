/**
 * Makes a counterexample small, for a person to see at a glance what goes wrong: rows go, then values become plainer, for as long as the
 * difference stays (delta debugging, Zeller and Hildebrandt 2002, one step at a time).
 */
import { cellKey, type Cell } from '../sandbox.ts';
import type { Rows } from './worlds.ts';

/** Databases that are tried at most. */
const TRIES_MAX = 600;
/** From the plainest. */
const PLAINER: readonly Cell[] = [null, 0n, 1n, 2n, '', 'a', 'b', 'A'];

export function shrink(rows: Rows, differs: (rows: Rows) => boolean): Rows {
  let [smallest, tries] = [rows, 0];
  const attempt = (smaller: Rows): boolean => {
    if (tries++ >= TRIES_MAX || !differs(smaller)) return false;
    smallest = smaller;
    return true;
  };
  for (let shrunk = true; shrunk && tries < TRIES_MAX;) shrunk = fewerRows(smallest, attempt);
  for (let shrunk = true; shrunk && tries < TRIES_MAX;) shrunk = plainerValues(smallest, attempt);
  return smallest;
}

function fewerRows(rows: Rows, attempt: (smaller: Rows) => boolean): boolean {
  return rows.some((table, index) => table.some((_, at) => attempt(rows.with(index, table.toSpliced(at, 1)))));
}

function plainerValues(rows: Rows, attempt: (smaller: Rows) => boolean): boolean {
  return rows.some((table, index) =>
    table.some((row, at) =>
      row.some((cell, column) =>
        plainerThan(cell).some((value) => attempt(rows.with(index, table.with(at, row.with(column, value))))),
      ),
    ),
  );
}

function plainerThan(cell: Cell): readonly Cell[] {
  const at = PLAINER.findIndex((one) => cellKey(one) === cellKey(cell));
  return at < 0 ? PLAINER : PLAINER.slice(0, at);
}
