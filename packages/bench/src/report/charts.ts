import type { TopLevelSpec } from 'vega-lite';

/** Widths of drawings in pixels, with their axes: what the narrowest phones show whole, and a page of a desktop. */
export const CHART_WIDTHS = { narrow: 326, wide: 720 } as const;

/** Labels that have room side by side on an axis of a drawing this wide. */
export const mostTicks = (width: number): number => Math.min(7, Math.floor(width / 65));

/** One chart as two inline SVG documents, of which the page shows the one that fits. Colours are the page's. */
export interface Chart {
  readonly narrow: string;
  readonly wide: string;
}

/**
 * A Vega-Lite chart. Not by Vega-Lite's own type, `TopLevelSpec`: its declarations need those of a browser, which a
 * program for Node does not have.
 */
export type ChartSpec = object;

/** Draws a Vega-Lite chart for phones and for desktops, without a DOM or network. */
export async function drawChart(specAt: (width: number) => ChartSpec): Promise<Chart> {
  const { narrow, wide } = CHART_WIDTHS;
  return { narrow: await drawSvg(specAt(narrow), narrow), wide: await drawSvg(specAt(wide), wide) };
}

/** Draws a chart that is as wide as this with its axes. */
export async function drawSvg(spec: ChartSpec, width: number): Promise<string> {
  // Loaded on first use: it is large, and its top-level await would keep CommonJS from requiring this package.
  const [{ parse, View }, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const fitted = { ...spec, width, autosize: { type: 'fit-x', contains: 'padding' }, config: CONFIG };
  const view = new View(parse(compile(fitted as TopLevelSpec).spec), { renderer: 'none' });
  try {
    return describeMarks(await view.toSVG());
  } finally {
    view.finalize();
  }
}

const TEXT = { labelColor: 'var(--text)', titleColor: 'var(--text)', labelFontSize: 11, titleFontSize: 12 };

const CONFIG = {
  background: 'transparent',
  // The last label of an axis reaches beyond it.
  padding: { left: 2, top: 6, right: 14, bottom: 4 },
  font: 'system-ui, sans-serif',
  axis: {
    ...TEXT,
    titleFontWeight: 'normal',
    gridColor: 'var(--grid)',
    domainColor: 'var(--line)',
    tickColor: 'var(--line)',
    // Ticks are chosen to have room; Vega guesses that texts are wider than they are.
    labelOverlap: false,
  },
  text: { color: 'var(--text)', fontSize: 11 },
  rule: { color: 'var(--muted)' },
  view: { stroke: 'transparent' },
};

/** What Vega says about a mark to assistive technology becomes its title, which browsers show under the pointer. */
function describeMarks(svg: string): string {
  return svg
    .replace(
      /<path aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="[^"]*"([^>]*?)\/?>(?:<\/path>)?/g,
      '<path$2><title>$1</title></path>',
    )
    .replace(/ (?:aria-[a-z]+|role)="[^"]*"/g, '');
}
