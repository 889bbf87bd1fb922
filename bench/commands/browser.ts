/** The figures that only a browser can give: the page as shipped, and its parts beside sql.js and the official sqlite-wasm. */
import { buildBench, buildProduct, openHost } from '../browser-host.ts';
import { list, number, UsageError, type Command } from '../command.ts';
import { told, type Figure, type Group } from './browser/figure.ts';
import { imports } from './browser/imports.ts';
import { forks, writes } from './browser/pages.ts';
import { cache, manyQueries, pointReads } from './browser/queries.ts';
import { memory, replicas } from './browser/replicas.ts';
import { rows } from './browser/rows.ts';
import { firstResult, weight } from './browser/shipped-page.ts';
import { stops } from './browser/stops.ts';
import { spin } from './spin.ts';

/** Groups of figures, by the name that --only takes. */
const GROUPS: Readonly<Record<string, Group>> = {
  'first-result': firstResult,
  weight,
  rows,
  replicas,
  memory,
  writes,
  forks,
  'point-reads': pointReads,
  cache,
  'many-queries': manyQueries,
  stops,
  import: imports,
};
/** The groups that look at the page as it is shipped; the others need the page of measurements. */
const OF_THE_PRODUCT = new Set(['first-result', 'weight']);

export const command: Command = {
  name: 'browser',
  summary: 'in Chromium: first result, rows, replicas, memory, stops, imports; beside sql.js and sqlite-wasm',
  options: [
    { name: 'only', type: 'list', help: `groups to measure: ${Object.keys(GROUPS).join(', ')}; all unless told` },
    { name: 'rounds', type: 'number', default: 5, help: 'runs whose median counts, 1 to 99 (rows: two more)' },
  ],
  async run(options, progress) {
    const rounds = number(options, 'rounds');
    if (!(Number.isInteger(rounds) && rounds >= 1 && rounds <= 99)) {
      throw new UsageError(`--rounds must be an integer in [1, 99], got ${rounds}.`);
    }
    const only = list(options, 'only');
    for (const name of only) {
      if (!(name in GROUPS)) throw new UsageError(`--only takes ${Object.keys(GROUPS).join(', ')}; got ${name}.`);
    }
    const groups = only.length > 0 ? only : Object.keys(GROUPS);
    const { ratio: spinRatio } = await spin(0.5, 3, () => {});
    const product = groups.some((name) => OF_THE_PRODUCT.has(name)) ? await buildProduct(progress) : '';
    const page = groups.some((name) => !OF_THE_PRODUCT.has(name)) ? await buildBench(progress) : '';
    const host = await openHost(progress);
    try {
      const figures: Figure[] = [];
      for (const group of groups) {
        progress(group);
        for (const figure of await GROUPS[group]({ host, product, page, rounds, progress })) {
          figures.push(figure);
          progress(told(figure));
        }
      }
      return { figures, spinRatio, rounds, browser: host.browser.version() };
    } finally {
      await host.close();
    }
  },
};
