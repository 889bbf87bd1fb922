/** Every page: opens, says something, can be used by keyboard and read by a screen reader; and the grid keeps its promises. */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { problemsFoundByAxe } from './axe.ts';
import { cellOf, openLab, resultsOf, run, visit } from './lab.ts';
import { expect, test } from './site.ts';

/** What each page shows of the first query's life. */
const PAGES = [
  { name: 'Lab', shows: '20 rows, 5 columns.' },
  { name: 'Data', shows: 'order_items' },
  { name: 'Optimizer', shows: /where e\.customer_id/i },
  { name: 'Cache', shows: /1 entry,/ },
  { name: 'Cluster', shows: 'primary' },
  { name: 'Monitor', shows: 'is ready' },
] as const;

test('every page opens by the navigation and by its address, and shows what it is about', async ({
  page,
  context,
  failures,
}) => {
  await openLab(page);
  for (const { name, shows } of PAGES) {
    await visit(page, name);
    await expect(page).toHaveTitle(`${name} · Headroom`);
    await expect(page).toHaveURL(new RegExp(`#/${name.toLowerCase()}$`));
    await expect(page.getByRole('navigation', { name: 'Pages' }).locator('[aria-current=page]')).toHaveText(name);
    await expect(page.getByRole('main').getByText(shows).first()).toBeVisible();
  }
  await page.goto('./#/cluster?world=simulated');
  await expect(page.getByRole('heading', { name: 'Figures of the run' })).toBeVisible();
  await page.goBack();
  await expect(page).toHaveTitle('Monitor · Headroom');

  const cold = await context.newPage();
  await cold.goto('./#/monitor');
  await expect(cold.getByRole('heading', { level: 1, name: 'Monitor' })).toBeVisible();
  await cold.keyboard.press('Alt+Digit4');
  await expect(cold.getByRole('heading', { level: 1, name: 'Cache' })).toBeVisible();
  expect(failures).toEqual([]);
});

test('text has one of five sizes on every page, and grows with the size that a person chose', async ({ page }) => {
  await openLab(page);
  const sizes = (): Promise<number[]> =>
    page.evaluate(() => {
      const speaks = (element: Element): boolean =>
        [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
      const texts = [...document.querySelectorAll('header *, main *')].filter(
        (element) => speaks(element) && !element.closest('svg'),
      );
      return [...new Set(texts.map((element) => parseFloat(getComputedStyle(element).fontSize)))];
    });
  for (const { name } of PAGES) {
    await visit(page, name);
    expect([12, 13, 15, 18, 24]).toEqual(expect.arrayContaining(await sizes()));
  }
  await page.evaluate(() => (document.documentElement.style.fontSize = '20px'));
  expect([15, 16.25, 18.75, 22.5, 30]).toEqual(expect.arrayContaining(await sizes()));
});

interface Stop {
  /** Enough to find it again. */
  what: string;
  visible: boolean;
  marked: boolean;
  inMain: boolean;
}

/** Where the focus is: whether one can see the element, and that it has the focus. Null when the page has it. */
function focused(page: Page): Promise<Stop | null> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const box = element.getBoundingClientRect();
    const draws = (of: Element, pseudo?: string): boolean => {
      const { outlineStyle, outlineWidth, borderStyle, content } = getComputedStyle(of, pseudo);
      if (pseudo) return content !== 'none' && borderStyle !== 'none';
      return outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
    };
    const label = element.closest('label');
    const frame = element.closest('.editor .editor');
    return {
      what: `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40) ?? ''}`,
      visible: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < window.innerHeight,
      marked: draws(element) || (label !== null && draws(label)) || (frame !== null && draws(frame, '::after')),
      inMain: element.closest('main') !== null,
    };
  });
}

test('every page can be walked through with Tab, and the focus is always seen', async ({ page, failures }) => {
  await openLab(page);
  for (const { name } of PAGES) {
    await test.step(name, async () => {
      await visit(page, name);
      // Tab begins where the focus was last: at the top again.
      await page.evaluate(() => {
        document.body.tabIndex = -1;
        document.body.focus();
        document.body.removeAttribute('tabindex');
      });
      const stops: Stop[] = [];
      for (let presses = 0; presses < 200; presses++) {
        // The editor takes Tab for itself; Escape before it leaves.
        if (stops.at(-1)?.what.includes('SQL editor')) await page.keyboard.press('Escape');
        await page.keyboard.press('Tab');
        const stop = await focused(page);
        if (stop === null) break;
        stops.push(stop);
      }
      expect(stops.length).toBeLessThan(200);
      expect(stops[0]?.what).toContain('Skip to the page');
      expect(stops.filter((stop) => stop.inMain).length).toBeGreaterThan(2);
      expect(stops.filter((stop) => !stop.visible || !stop.marked)).toEqual([]);
    });
  }
  expect(failures).toEqual([]);
});

for (const width of [390, 900, 1440]) {
  test(`axe finds nothing at ${width} px, and no page is wider than the window`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto('./');
    await expect(page.getByRole('gridcell').first()).toBeVisible();
    for (const { name, shows } of PAGES) {
      await test.step(name, async () => {
        await visit(page, name);
        await expect(page.getByRole('main').getByText(shows).first()).toBeVisible();
        expect(await problemsFoundByAxe(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(
          0,
        );
      });
    }
  });
}

test('100,000 rows scroll to the end with at most 80 of them in the document', async ({ page, failures }) => {
  await openLab(page);
  await run(
    page,
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) SELECT i, 'row ' || i AS name FROM n",
  );
  await expect(resultsOf(page)).toContainText('100,000 rows, 2 columns');
  const grid = page.getByRole('grid');
  const shown = grid.locator('[role=row]:has([role=gridcell])');
  for (const part of [0.5, 1]) {
    await grid.evaluate((element, share) => element.scrollTo(0, element.scrollHeight * share), part);
    await expect(shown.first()).toBeVisible();
    expect(await shown.count()).toBeLessThanOrEqual(80);
  }
  await expect(cellOf(page, 100_000, 2)).toHaveText('row 100000');
  await grid.focus();
  await page.keyboard.press('Control+Home');
  await expect(cellOf(page, 1, 1)).toBeInViewport();
  await page.keyboard.press('Control+End');
  await expect(cellOf(page, 100_000, 2)).toBeInViewport();
  for (let pages = 0; pages < 2; pages++) await page.keyboard.press('PageUp');
  await expect(cellOf(page, 100_000, 2)).not.toBeInViewport();
  expect(await shown.count()).toBeLessThanOrEqual(80);
  expect(failures).toEqual([]);
});

test('cells are told exactly, and copied as they are', async ({ page, context, failures }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openLab(page);
  await run(
    page,
    "SELECT 9007199254740993 AS big, 'two' || char(9) || 'parts' AS text, NULL AS missing, '' AS empty, 1.0 AS real, x'00ff' AS blob",
  );
  await expect(cellOf(page, 1, 1)).toHaveText('9007199254740993');
  await expect(cellOf(page, 1, 3)).toHaveText('NULL');
  await expect(cellOf(page, 1, 4)).toHaveText('');
  await expect(cellOf(page, 1, 5)).toHaveText('1.0');
  await expect(cellOf(page, 1, 6)).toContainText("x'00ff'");

  const grid = page.getByRole('grid');
  await grid.focus();
  await page.keyboard.press('Control+c');
  expect(await clipboard(page)).toBe('9007199254740993');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Control+c');
  expect(await clipboard(page)).toBe('9007199254740993\t"two\tparts"');

  const dialog = page.getByRole('dialog');
  for (const [column, says] of [
    [3, 'NULL: no value'],
    [4, 'Text, empty'],
    [1, 'Integer'],
  ] as const) {
    await cellOf(page, 1, column).dblclick();
    await expect(dialog).toContainText(says);
    await page.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
  }
  await expect(grid).toBeFocused();
  expect(failures).toEqual([]);
});

const clipboard = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());

test('a cell of more than 1 MiB is cut with a note, and can be had whole', async ({ page, failures }) => {
  await openLab(page);
  await run(page, "SELECT printf('%.*c', 3000000, 'x') || 'end' AS long");
  await expect(resultsOf(page)).toContainText('1 cell is longer than 1 MiB and is cut here');
  expect((await cellOf(page, 1, 1).innerText()).length).toBeLessThan(1000);
  await page.getByRole('grid').focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Text, 3,000,003 characters');
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Save as a file' }).click();
  const text = readFileSync(await (await download).path(), 'utf8');
  expect(text).toHaveLength(3_000_003);
  expect(text.endsWith('xend')).toBe(true);
  expect(failures).toEqual([]);
});
