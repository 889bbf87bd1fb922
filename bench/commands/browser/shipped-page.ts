/** The page as it is shipped: how soon it shows something, and what is loaded before that. */
import { initialScriptBytes } from '../../browser-host.ts';
import { median } from '../../figures.ts';
import { absolute, type Bench, type Figure } from './figure.ts';

/** From the start of the navigation, in a context that has never seen the page; the host sends no headers, as most do. */
export async function firstResult({ host, product, rounds }: Bench): Promise<Figure[]> {
  const query: number[] = [];
  const result: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await host.visit({ folder: product, isolated: false }, async (page, url) => {
      await page.addInitScript(noteAppearances, { query: 'textarea, .cm-content', result: '[role=gridcell]' });
      await page.goto(url, { waitUntil: 'commit' });
      await page.locator('[role=gridcell]').first().waitFor();
      const seen = await page.evaluate(() => (window as unknown as { appearedAtMs: Appeared }).appearedAtMs);
      query.push(seen.query ?? NaN);
      result.push(seen.result ?? NaN);
    });
  }
  return [
    absolute('query readable, cold', median(query), 'ms', 1000),
    absolute('first result, cold, S shop', median(result), 'ms', 1500),
  ];
}

type Appeared = Record<string, number | undefined>;

/** Runs in the page before its own scripts: when each selector first matches something, after the frame that shows it. */
function noteAppearances(selectors: Record<string, string>): void {
  const appearedAtMs: Appeared = {};
  Object.assign(window, { appearedAtMs });
  const look = (): void => {
    for (const [name, selector] of Object.entries(selectors)) {
      if (document.querySelector(selector)) appearedAtMs[name] ??= performance.now();
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

export function weight({ product }: Bench): Promise<Figure[]> {
  return Promise.resolve([absolute('scripts of the first load, gzip', initialScriptBytes(product) / 1000, 'kB', 60)]);
}
