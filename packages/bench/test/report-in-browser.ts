import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { renderBenchReport } from '../src/report/bench-page.js';
import type { BenchReport } from '../src/report/schema.js';
import { launchBrowser } from './browser.js';
import { fullReport } from './full-report.js';

export const SCHEMES = ['light', 'dark'] as const;
export const PHONE = { width: 390, height: 844 };
export const SMALL_PHONE = { width: 360, height: 640 };
export const DESKTOP = { width: 1280, height: 900 };
/** A4 between Chromium's margins, in CSS pixels. */
export const PAPER = { width: 718, height: 1047 };

export interface ReportInBrowser {
  readonly url: string;
  /** Opens the report in a browser of this kind, and closes it afterwards. */
  open<T>(options: BrowserContextOptions, look: (page: Page) => Promise<T>): Promise<T>;
}

/** The page of a report for the tests around it; unless told, of a small run with everything in it. */
export function reportInBrowser(load: () => Promise<BenchReport> = fullReport): ReportInBrowser {
  const folder = mkdtempSync(join(tmpdir(), 'sparsek-page-'));
  const file = join(folder, 'report.html');
  const url = pathToFileURL(file).href;
  let browser: Browser;

  beforeAll(async () => {
    writeFileSync(file, await renderBenchReport(await load()));
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    url,
    async open(options, look) {
      const context = await browser.newContext(options);
      try {
        const page = await context.newPage();
        await page.goto(url);
        return await look(page);
      } finally {
        await context.close();
      }
    },
  };
}
