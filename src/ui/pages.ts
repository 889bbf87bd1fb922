/** The pages in the order of the navigation. Lab is in the first load; the others come when opened. */
import type { Component } from 'svelte';
import Lab from './pages/Lab.svelte';

export interface PageEntry {
  id: string;
  title: string;
  /** One line for the tooltip. */
  about: string;
  load: () => Promise<Component> | Component;
}

export const pages: readonly PageEntry[] = [
  { id: 'lab', title: 'Lab', about: 'Write a query, see what happened and why', load: () => Lab },
];
