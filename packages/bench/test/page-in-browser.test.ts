import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { benchReportSchema } from '../src/report/schema.js';
import { browserMissing } from './browser.js';
import { lowContrast } from './low-contrast.js';
import { DESKTOP, PHONE, reportInBrowser, SCHEMES } from './report-in-browser.js';

if (browserMissing !== undefined) console.warn(`skipped: the report in a browser: ${browserMissing}`);

describe.skipIf(browserMissing !== undefined)('the report in a browser', () => {
  const report = reportInBrowser();
  const onPhone = (colorScheme: (typeof SCHEMES)[number]) => ({ colorScheme, viewport: PHONE });

  it('says nothing on the console, asks the network for nothing, and moves nothing', async () => {
    const complaints: string[] = [];
    const requests: string[] = [];
    const moving = await report.open({}, async (page) => {
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => requests.push(request.url()));
      await page.reload();
      return page.evaluate(() =>
        [...document.querySelectorAll('*')].filter((element) => {
          const { animationName, transitionDuration } = getComputedStyle(element);
          return animationName !== 'none' || transitionDuration !== '0s';
        }),
      );
    });
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([report.url]);
    expect(moving).toEqual([]);
  });

  it.each(SCHEMES)('draws every chart with marks, in %s', async (scheme) => {
    const charts = await report.open(onPhone(scheme), (page) =>
      page.$$eval('figure', (figures) =>
        figures.map((figure) => {
          const boxes = [...figure.querySelectorAll('[role=img]')];
          const shown = boxes.map((box) =>
            [...box.querySelectorAll('svg')].filter((svg) => svg.checkVisibility()),
          );
          return {
            caption: figure.querySelector('figcaption')?.textContent,
            shown: shown.map((svgs) => svgs.length),
            marks: shown.map(
              ([svg]) => svg?.querySelectorAll('.mark-symbol.role-mark path, path[fill-opacity]').length ?? 0,
            ),
          };
        }),
      ),
    );
    const captions = charts.map(({ caption }) => caption);
    const wanted = [
      'times as long',
      'density',
      'size',
      'above the dashed line',
      'memory',
      'roof',
      'error',
      'blocks',
    ];
    for (const word of wanted) {
      // Peak memory is known on Linux alone.
      if (word === 'memory' && process.platform !== 'linux') continue;
      expect(captions).toContainEqual(expect.stringContaining(word));
    }
    for (const { caption, shown, marks } of charts) {
      expect({ caption, shown }).toEqual({ caption, shown: shown.map(() => 1) });
      expect(Math.min(...marks)).toBeGreaterThan(0);
    }
  });

  it.each(SCHEMES)('has enough contrast in every text and mark, in %s', async (scheme) => {
    expect(await report.open(onPhone(scheme), (page) => page.evaluate(lowContrast))).toEqual([]);
  });

  it('tells every contestant by its shape, not by its colour alone', async () => {
    const shapes = await report.open({}, (page) =>
      page.$$eval('.legend', (legends) =>
        legends.map((legend) =>
          [...legend.querySelectorAll('path')].map((path) => {
            return `${path.getAttribute('d')} ${path.getAttribute('fill') === 'none' ? 'outlined' : 'filled'}`;
          }),
        ),
      ),
    );
    expect(shapes.length).toBeGreaterThan(4);
    for (const own of shapes) expect(new Set(own).size).toBe(own.length);
  });

  it('labels every figure, table and landmark', async () => {
    const unlabelled = await report.open({}, (page) =>
      page.evaluate(() => {
        const named = (element: Element) => (element.getAttribute('aria-label') ?? '').trim() !== '';
        const figures = [...document.querySelectorAll('figure')].filter(
          (figure) => !figure.querySelector('figcaption')?.textContent?.trim(),
        );
        const tables = [...document.querySelectorAll('table')].filter(
          (table) => !table.caption?.textContent?.trim() || !table.querySelector('th[scope]'),
        );
        const focusable = [...document.querySelectorAll('[tabindex], summary')].filter(
          (element) => !named(element),
        );
        return [...figures, ...tables, ...focusable].map((element) => element.outerHTML.slice(0, 80));
      }),
    );
    expect(unlabelled).toEqual([]);
  });

  it('gives the numbers of every chart as a table too, as many as there are marks', async () => {
    const charts = await report.open({ viewport: DESKTOP }, (page) =>
      page.$$eval('figure', (figures) =>
        figures.map((figure) => ({
          caption: figure.querySelector('figcaption')?.textContent ?? '',
          named: figure.querySelectorAll('title').length,
          rows: figure.querySelectorAll('details tbody tr:not(.group)').length,
        })),
      ),
    );
    const lacking = charts.filter(({ rows }) => rows === 0).map(({ caption }) => caption);
    // Those are the figures of the table right above.
    expect(lacking).toEqual([expect.stringMatching(/^How many times as long each peer takes/)]);
    const curves = charts.filter(({ caption }) => /density|size|dense product|error/.test(caption));
    expect(curves.length).toBeGreaterThan(3);
    // Charts that are drawn twice, for phones and desktops, name every mark twice.
    for (const { caption, named, rows } of curves) {
      expect({ caption, named }).toEqual({ caption, named: /^Useful rate/.test(caption) ? rows : 2 * rows });
    }
  });

  it('says at once what must not be overlooked: wrong results, and who and what was left out', async () => {
    const { shouted, text } = await report.open({ viewport: DESKTOP }, async (page) => ({
      shouted: await page.$$eval('#s0 .bad', (elements) => elements.map((element) => element.textContent)),
      text: (await page.textContent('main')) ?? '',
    }));
    expect(shouted).toContainEqual(expect.stringMatching(/some are WRONG/));
    expect(shouted).toContainEqual('WRONG');
    expect(text).toMatch(/NumPy dense in spmm 64x64x24, block 32, 25\s%/);
    expect(text).toContain('skipped: has no attention');
    expect(text).toMatch(/spmm 65536x65536x512, block 16\s*out of time/);
    expect(text).toMatch(/SciPy BSR\s*no module named scipy/);
    expect(text).toMatch(/slower in 1/);
  });

  it('can be read with the keyboard alone', async () => {
    await report.open(onPhone('light'), async (page) => {
      const wanted = await page.$$eval('a[href], summary, .scroll', (elements) => {
        return elements.filter((element) => element.checkVisibility()).length;
      });
      const reached = new Set<string>();
      for (let presses = 0; presses < wanted; presses++) {
        await page.keyboard.press('Tab');
        const { id, outline } = await page.evaluate(() => {
          const all = [...document.querySelectorAll('*')];
          const active = document.activeElement ?? document.body;
          const { outlineStyle, outlineWidth } = getComputedStyle(active);
          return { id: `${all.indexOf(active)}`, outline: `${outlineStyle} ${outlineWidth}` };
        });
        expect(outline).toBe('solid 3px');
        reached.add(id);
      }
      expect(wanted).toBeGreaterThan(10);
      expect(reached.size).toBe(wanted);
      await page.focus('summary');
      await page.keyboard.press('Enter');
      expect(await page.isVisible('details table')).toBe(true);
    });
  });

  it('hands out the raw data', async () => {
    const text = await report.open({ acceptDownloads: true }, async (page) => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.click('a[download]')]);
      expect(download.suggestedFilename()).toBe('sparsek.json');
      return readFileSync(await download.path(), 'utf8');
    });
    expect(benchReportSchema.parse(JSON.parse(text)).suite).toBe('tiny');
  });
});
