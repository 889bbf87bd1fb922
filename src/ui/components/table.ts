/** What a column of a `DataTable` is. */

export interface TableColumn<Row> {
  id: string;
  label: string;
  /** What its figures are, in one plain sentence: the head can be asked. */
  why?: string;
  /** What the cell says; numbers written with their unit. */
  text: (row: Row) => string;
  /** What one cell's figure was made of, for the pointer; without it the cell's own text, which may be cut off. */
  reason?: (row: Row) => string;
  /** Right-aligned, tabular. */
  number?: boolean;
  mono?: boolean;
  /** Makes the column sortable; null sorts last. Numbers start with the largest, texts with the first. */
  sortBy?: (row: Row) => number | string | null;
  /** Colour of the cell's word; the word itself must say the same. */
  tone?: (row: Row) => 'good' | 'watch' | 'bad' | 'write' | 'muted' | '';
  /** A bar under the cell's text, 0..1 of its width; the text must say the same. */
  share?: (row: Row) => number | null;
  /** CSS width; without one the column takes what is left. */
  width?: string;
}

export interface TableSort {
  columnId: string;
  descending: boolean;
}

/** A sorted copy; equal rows keep their order. */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly TableColumn<Row>[],
  sort: TableSort | null,
): readonly Row[] {
  const by = sort && columns.find((column) => column.id === sort.columnId)?.sortBy;
  if (!by) return rows;
  const sign = sort.descending ? -1 : 1;
  return [...rows].sort((left, right) => {
    const a = by(left);
    const b = by(right);
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return a === b ? 0 : sign * (a < b ? -1 : 1);
  });
}
