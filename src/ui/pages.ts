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
  {
    id: 'data',
    title: 'Data',
    about: 'What is open, where it is kept, how its tables relate',
    load: () => import('./pages/Data.svelte').then((module) => module.default),
  },
  {
    id: 'optimizer',
    title: 'Optimizer',
    about: 'Where the time goes, and what can be proved faster',
    load: () => import('./pages/Optimizer.svelte').then((module) => module.default),
  },
  {
    id: 'cache',
    title: 'Cache',
    about: 'What is kept, why it came and why it left',
    load: () => import('./pages/Cache.svelte').then((module) => module.default),
  },
  {
    id: 'cluster',
    title: 'Cluster',
    about: 'Workers under load, measured here or simulated',
    load: () => import('./pages/Cluster.svelte').then((module) => module.default),
  },
  {
    id: 'monitor',
    title: 'Monitor',
    about: 'Health, charts, alerts and events',
    load: () => import('./pages/Monitor.svelte').then((module) => module.default),
  },
];
