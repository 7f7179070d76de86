import { describe, expect, it } from 'vitest';
import { browserMissing } from './browser.js';
import { collisions } from './collisions.js';
import { DESKTOP, PAPER, PHONE, reportInBrowser, SMALL_PHONE } from './report-in-browser.js';

if (browserMissing !== undefined) console.warn(`skipped: the layout of the report: ${browserMissing}`);

const SCREENS = [
  ['a small phone', SMALL_PHONE],
  ['a phone', PHONE],
  ['a desktop', DESKTOP],
] as const;

describe.skipIf(browserMissing !== undefined)('the layout of the report', () => {
  const report = reportInBrowser();

  it.each(SCREENS)('never scrolls sideways as a whole on %s', async (_, viewport) => {
    const width = await report.open({ viewport }, (page) =>
      page.evaluate(() => document.documentElement.scrollWidth),
    );
    expect(width).toBe(viewport.width);
  });

  it.each(SCREENS)(
    'shows charts whole on %s, without labels on each other or beyond the edge',
    async (_, viewport) => {
      const found = await report.open({ viewport }, async (page) => ({
        cut: await page.$$eval('[role=img]', (boxes) =>
          boxes
            .filter((box) => box.scrollWidth > box.clientWidth)
            .map((box) => box.getAttribute('aria-label')),
        ),
        collisions: await page.evaluate(collisions),
      }));
      expect(found).toEqual({ cut: [], collisions: [] });
    },
  );

  it('shows tables whole on a desktop', async () => {
    const cut = await report.open({ viewport: DESKTOP }, (page) =>
      page.$$eval('.scroll', (boxes) =>
        boxes.filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.getAttribute('aria-label')),
      ),
    );
    expect(cut).toEqual([]);
  });

  it('keeps the name of a row in sight while a table scrolls on a phone, and its caption whole', async () => {
    const found = await report.open({ viewport: PHONE }, (page) =>
      page.$$eval('.scroll:has(table)', (boxes) =>
        boxes
          .filter((box) => box.scrollWidth > box.clientWidth)
          .map((box) => {
            box.scrollLeft = box.scrollWidth;
            const name = box.querySelector('tbody th[scope=row]')!.getBoundingClientRect();
            const caption = box.querySelector('caption span')!.getBoundingClientRect();
            const { left, right } = box.getBoundingClientRect();
            return [Math.round(name.left - left), caption.left >= left - 1 && caption.right <= right + 1];
          }),
      ),
    );
    expect(found.length).toBeGreaterThan(1);
    for (const row of found) expect(row).toEqual([0, true]);
  });

  it('keeps text at a size that can be read on a phone', async () => {
    const small = await report.open({ viewport: PHONE }, (page) =>
      page.evaluate(() =>
        [...document.querySelectorAll('body *')]
          .filter((element) =>
            [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()),
          )
          .filter((element) => element.getClientRects().length > 0)
          .map((element) => {
            const svg = element.closest('svg');
            const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
            return scale * Number.parseFloat(getComputedStyle(element).fontSize);
          })
          .filter((size) => size < 10.5),
      ),
    );
    expect(small).toEqual([]);
  });

  it('prints on white paper, whole, without what only a screen can use', async () => {
    const found = await report.open({ viewport: PAPER, colorScheme: 'dark' }, async (page) => {
      await page.emulateMedia({ media: 'print' });
      return page.evaluate(() => ({
        back: getComputedStyle(document.body).backgroundColor,
        width: document.documentElement.scrollWidth,
        useless: [...document.querySelectorAll('nav, details, footer')].filter((element) =>
          element.checkVisibility(),
        ).length,
        charts: [...document.querySelectorAll('figure')].filter(
          (figure) => ![...figure.querySelectorAll('svg')].some((svg) => svg.checkVisibility()),
        ).length,
      }));
    });
    expect(found).toEqual({ back: 'rgb(255, 255, 255)', width: PAPER.width, useless: 0, charts: 0 });
  });
});
