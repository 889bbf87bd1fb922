/** Every key of the page, in one table: the help sheet lists it. */
import { pages } from './pages.ts';

export interface KeyGroup {
  title: string;
  keys: readonly (readonly [keys: string, does: string])[];
}

export const keyGroups: readonly KeyGroup[] = [
  {
    title: 'Editor',
    keys: [
      ['Ctrl or ⌘ + Enter', 'Run the statement under the cursor'],
      ['Shift + Ctrl or ⌘ + Enter', 'Run all statements'],
      ['Ctrl + Space', 'Complete a name'],
      ['Ctrl or ⌘ + F', 'Search in the text'],
      ['Ctrl or ⌘ + Z', 'Undo'],
      ['Esc, then Tab', 'Leave the editor'],
    ],
  },
  {
    title: 'Rows',
    keys: [
      ['Arrows, Page Up, Page Down', 'Move the cell'],
      ['Home, End', 'First or last column; with Ctrl the first or last row too'],
      ['Shift + a move', 'Select more cells'],
      ['Ctrl or ⌘ + A', 'Select all cells'],
      ['Ctrl or ⌘ + C', 'Copy, for a spreadsheet'],
      ['Enter', 'Show the cell whole'],
    ],
  },
  {
    title: 'Everywhere',
    keys: [
      [`Alt + 1 to ${pages.length}`, 'Go to a page, in the order of the navigation'],
      ['Esc', 'Close what floats'],
      ['?', 'Show all keys'],
    ],
  },
];
