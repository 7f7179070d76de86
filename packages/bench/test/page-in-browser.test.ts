import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderBenchReport } from '../src/report/bench-page.js';
import { browserMissing, launchBrowser } from './browser.js';
import { fullReport } from './full-report.js';
import { lowContrast } from './low-contrast.js';

if (browserMissing !== undefined) console.warn(`skipped: the report in a browser: ${browserMissing}`);

const PHONE = { width: 390, height: 844 };
const SCHEMES = ['light', 'dark'] as const;

describe.skipIf(browserMissing !== undefined)('the report in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sparsek-page-'));
  const file = join(folder, 'report.html');
  let browser: Browser;

  beforeAll(async () => {
    writeFileSync(file, await renderBenchReport(await fullReport()));
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function withPage<T>(scheme: (typeof SCHEMES)[number], look: (page: Page) => Promise<T>): Promise<T> {
    const context = await browser.newContext({ colorScheme: scheme, viewport: PHONE });
    try {
      const page = await context.newPage();
      await page.goto(pathToFileURL(file).href);
      return await look(page);
    } finally {
      await context.close();
    }
  }

  it('says nothing on the console and asks the network for nothing', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    await context.close();
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([pathToFileURL(file).href]);
  });

  it.each(SCHEMES)('draws every chart with marks, in %s', async (scheme) => {
    const charts = await withPage(scheme, (page) =>
      page.$$eval('figure', (figures) =>
        figures.map((figure) => {
          const shown = [...figure.querySelectorAll('svg')].filter((svg) => svg.getClientRects().length > 0);
          const marks = shown[0]?.querySelectorAll('.mark-symbol path, .mark-line path').length ?? 0;
          return { caption: figure.querySelector('figcaption')?.textContent, shown: shown.length, marks };
        }),
      ),
    );
    const captions = charts.map(({ caption }) => caption);
    for (const word of ['Median time', 'density', 'size', 'above 1', 'memory', 'Roofline', 'Error']) {
      // Peak memory is known on Linux alone.
      if (word === 'memory' && process.platform !== 'linux') continue;
      expect(captions).toContainEqual(expect.stringContaining(word));
    }
    for (const { shown, marks } of charts) {
      expect(shown).toBe(1);
      expect(marks).toBeGreaterThan(2);
    }
  });

  it.each(SCHEMES)('has enough contrast in every text, in %s', async (scheme) => {
    expect(await withPage(scheme, (page) => page.evaluate(lowContrast))).toEqual([]);
  });

  it('does not scroll sideways on a phone, and keeps text at a size that can be read', async () => {
    const found = await withPage('light', (page) =>
      page.evaluate(() => ({
        width: document.documentElement.scrollWidth,
        small: [...document.querySelectorAll('body *')]
          .filter((element) =>
            [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()),
          )
          .filter((element) => element.getClientRects().length > 0)
          .map((element) => {
            const svg = element.closest('svg');
            const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
            return scale * Number.parseFloat(getComputedStyle(element).fontSize);
          })
          .filter((size) => size < 9.5),
      })),
    );
    expect(found).toEqual({ width: PHONE.width, small: [] });
  });

  it('labels every figure, table and landmark', async () => {
    const unlabelled = await withPage('light', (page) =>
      page.evaluate(() => {
        const named = (element: Element) => (element.getAttribute('aria-label') ?? '').trim() !== '';
        const figures = [...document.querySelectorAll('figure')].filter(
          (figure) => !named(figure) || !figure.querySelector('figcaption')?.textContent?.trim(),
        );
        const tables = [...document.querySelectorAll('table')].filter(
          (table) => !table.caption?.textContent?.trim() || !table.querySelector('th[scope]'),
        );
        const focusable = [...document.querySelectorAll('[tabindex]')].filter((element) => !named(element));
        return [...figures, ...tables, ...focusable].map((element) => element.outerHTML.slice(0, 80));
      }),
    );
    expect(unlabelled).toEqual([]);
  });

  it('can be read with the keyboard alone', async () => {
    await withPage('light', async (page) => {
      const wanted = await page.$$eval('a[href], .scroll', (elements) => elements.length);
      const reached = new Set<number>();
      for (let presses = 0; presses < wanted; presses++) {
        await page.keyboard.press('Tab');
        const { index, outlined } = await page.evaluate(() => {
          const all = [...document.querySelectorAll('a[href], .scroll')];
          const active = document.activeElement ?? document.body;
          return { index: all.indexOf(active), outlined: getComputedStyle(active).outlineStyle !== 'none' };
        });
        expect(outlined).toBe(true);
        reached.add(index);
      }
      expect(wanted).toBeGreaterThan(10);
      expect([...reached].sort((a, b) => a - b)).toEqual(Array.from({ length: wanted }, (_, index) => index));
    });
  });
});
