import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { loadReports } from '../src/report/load-report.js';
import { browserMissing } from './browser.js';
import { collisions } from './collisions.js';
import { DESKTOP, PAPER, reportInBrowser, SMALL_PHONE } from './report-in-browser.js';

if (browserMissing !== undefined) console.warn(`skipped: the pages of recorded runs: ${browserMissing}`);

const docs = (name: string) => fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url));
const recorded = await Promise.all(
  [
    'evidence/nvidia-h200.json',
    'benchmarks/cpu.json',
    'benchmarks/crossover.json',
    'benchmarks/memory.json',
  ].map((name) => loadReports(docs(name))),
);

/** What is wider than the page or its own box, and labels that hit each other. */
const flaws = async (page: Page) => ({
  page: await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
  charts: await page.$$eval('[role=img]', (boxes) =>
    boxes.filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.getAttribute('aria-label')),
  ),
  labels: await page.evaluate(collisions),
});

const cutTables = (page: Page) =>
  page.$$eval('.scroll', (boxes) =>
    boxes.filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.getAttribute('aria-label')),
  );

/** Real names and real figures, with more peers and longer names than the small run of the other tests has. */
describe.skipIf(browserMissing !== undefined)('pages of recorded runs', () => {
  describe.each(recorded.flat().map((report) => [report.suite, report] as const))(
    '%s',
    (_, recordedReport) => {
      const report = reportInBrowser(async () => recordedReport);

      it('fit phones and desktops, with all labels to be read', async () => {
        for (const viewport of [SMALL_PHONE, DESKTOP]) {
          expect(await report.open({ viewport }, flaws)).toEqual({ page: 0, charts: [], labels: [] });
        }
      });

      it('show every table whole on a desktop and on paper', async () => {
        expect(await report.open({ viewport: DESKTOP }, cutTables)).toEqual([]);
        const onPaper = await report.open({ viewport: PAPER }, async (page) => {
          await page.emulateMedia({ media: 'print' });
          return page.evaluate(() => document.documentElement.scrollWidth);
        });
        expect(onPaper).toBe(PAPER.width);
      });
    },
  );
});
