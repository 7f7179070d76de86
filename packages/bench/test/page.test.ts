import { describe, expect, it } from 'vitest';
import { drawChart } from '../src/report/charts.js';
import { marksOf } from '../src/report/marks.js';
import { renderPage } from '../src/report/page/page.js';
import type { PagePart } from '../src/report/page/parts.js';

const page = (...parts: PagePart[]) =>
  renderPage({
    title: 'A & B <c>',
    lead: 'lead',
    sections: [{ title: 'First', parts }],
    data: { answer: 42 },
  });

describe('renderPage', () => {
  it('needs no network and carries its data', async () => {
    const chart = await drawChart(() => ({
      data: { values: [{ x: 1, y: 2 }] },
      mark: 'point',
      encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } },
    }));
    const html = page(
      { kind: 'chart', caption: 'a chart', chart },
      { kind: 'table', caption: 'a table', head: ['x'], rows: [['<script>']] },
    );
    expect(html).toContain('<title>A &amp; B &lt;c&gt;</title>');
    expect(html).not.toContain('<script');
    const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map((match) => match[1]!);
    expect(addresses.filter((address) => !/^(#|data:)/.test(address))).toEqual([]);
    expect(html.match(/<svg/g)).toHaveLength(2);
    const data = html.match(/data:application\/json;base64,([^"]+)/)?.[1] ?? '';
    expect(JSON.parse(Buffer.from(data, 'base64').toString('utf8'))).toEqual({ answer: 42 });
  });

  it('puts numbers below each other on the right, and names on the left', () => {
    const html = page({
      kind: 'table',
      caption: 'a table',
      head: ['case', 'time', 'note'],
      rows: [
        { group: 'some' },
        ['12 x 12', '1.5 ms', '12.5 % of blocks_of_two'],
        ['b', { text: '-', tone: 'quiet' }, 'a note'],
      ],
    });
    expect(html).toContain(
      '<th scope="col">case</th><th scope="col" class="number">time</th><th scope="col">note</th>',
    );
    expect(html).toContain('<th scope="rowgroup" colspan="3"><span>some</span></th>');
    expect(html).toContain(
      '<th scope="row">12 x 12</th><td class="number">1.5 ms</td><td>12.5\u00a0% of blocks_<wbr>of_<wbr>two</td>',
    );
    expect(html).toContain('<td class="quiet number">-</td>');
  });

  it.each(['8 launches in a row', 'ok', '64x64', 'spmm 1'])('takes %s for no number', (text) => {
    const html = page({
      kind: 'table',
      caption: 'a table',
      head: ['a', 'b'],
      rows: [
        ['x', '1'],
        ['y', text],
      ],
    });
    expect(html).not.toContain('class="number"');
  });

  it('marks what must not be overlooked, and lets a reason take the place of figures', () => {
    const html = page({
      kind: 'table',
      caption: 'a table',
      head: ['contestant', 'time', 'check'],
      rows: [
        ['one', '1 ms', { text: 'WRONG', tone: 'bad' }],
        ['two', { text: 'skipped: not here', tone: 'quiet', span: 2 }],
      ],
    });
    expect(html).toContain('<td class="bad">WRONG</td>');
    expect(html).toContain('<td class="quiet" colspan="2">skipped: not here</td>');
  });
});

describe('drawChart', () => {
  it('draws what fits a phone and what fits a desktop, in colours of the page, with names under the pointer', async () => {
    const chart = await drawChart(() => ({
      height: 40,
      data: { values: [{ x: 1, y: 'a', label: 'one <thing>' }] },
      mark: 'point',
      encoding: {
        x: { field: 'x', type: 'quantitative' },
        y: { field: 'y', type: 'nominal' },
        description: { field: 'label' },
      },
    }));
    expect(chart.narrow).toMatch(/ width="326" /);
    expect(chart.wide).toMatch(/ width="720" /);
    expect(chart.narrow).toContain('<title>one &lt;thing&gt;</title></path>');
    expect(chart.narrow).toContain('var(--text)');
    expect(chart.narrow).not.toContain('role="graphics');
  });
});

describe('marksOf', () => {
  it('tells 56 things apart by colour and shape, and fills the first', () => {
    const marks = marksOf(Array.from({ length: 56 }, (_, index) => `${index}`));
    expect(new Set(marks.map(({ color, shape }) => color + shape)).size).toBe(56);
    expect(marks.filter(({ filled }) => filled).map(({ label }) => label)).toEqual(['0']);
    expect(new Set(marks.slice(0, 7).map(({ shape }) => shape)).size).toBe(7);
  });
});
