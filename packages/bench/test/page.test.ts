import { describe, expect, it } from 'vitest';
import { drawChart } from '../src/report/charts.js';
import { renderPage } from '../src/report/page.js';

describe('renderPage', () => {
  it('needs no network and carries its data', async () => {
    const chart = await drawChart({
      data: { values: [{ x: 1, y: 2 }] },
      mark: 'point',
      encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } },
    });
    const html = renderPage({
      title: 'A & B <c>',
      lead: 'lead',
      sections: [
        {
          title: 'First',
          parts: [
            { kind: 'chart', caption: 'a chart', chart },
            { kind: 'table', caption: 'a table', head: ['x'], rows: [['<script>']] },
          ],
        },
      ],
      data: { answer: 42 },
    });
    expect(html).toContain('<title>A &amp; B &lt;c&gt;</title>');
    expect(html).not.toContain('<script');
    const addresses = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map((match) => match[1]!);
    expect(addresses.filter((address) => !/^(#|data:)/.test(address))).toEqual([]);
    expect(html.match(/<svg/g)).toHaveLength(2);
    const data = html.match(/data:application\/json;base64,([^"]+)/)?.[1] ?? '';
    expect(JSON.parse(Buffer.from(data, 'base64').toString('utf8'))).toEqual({ answer: 42 });
  });
});
