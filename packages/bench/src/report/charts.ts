import type { TopLevelSpec } from 'vega-lite';

/** Colours of marks and text; both charts of a pair show the same data. */
interface Theme {
  readonly text: string;
  readonly grid: string;
  /** Okabe and Ito's palette, told apart with every common colour vision; the dark one is lightened. */
  readonly marks: readonly string[];
}

const LIGHT: Theme = {
  text: '#1a1a1a',
  grid: '#d9d9d9',
  marks: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#7a6a00', '#56b4e9', '#1a1a1a', '#8c510a'],
};

const DARK: Theme = {
  text: '#ececec',
  grid: '#454545',
  marks: ['#56b4e9', '#ff9a52', '#35c89b', '#e7a4c9', '#f0e442', '#9ad0f5', '#ffffff', '#d8b48a'],
};

/** One chart as two inline SVG documents, for light and for dark pages. */
export interface Chart {
  readonly light: string;
  readonly dark: string;
}

/** Draws a Vega-Lite chart without a DOM or network. */
export async function drawChart(spec: TopLevelSpec): Promise<Chart> {
  return { light: await draw(spec, LIGHT), dark: await draw(spec, DARK) };
}

async function draw(spec: TopLevelSpec, theme: Theme): Promise<string> {
  // Loaded on first use: it is large, and its top-level await would keep CommonJS from requiring this package.
  const [{ parse, View }, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const axis = {
    labelColor: theme.text,
    titleColor: theme.text,
    gridColor: theme.grid,
    domainColor: theme.grid,
  };
  const config = {
    background: 'transparent',
    font: 'system-ui, sans-serif',
    axis: { ...axis, tickColor: theme.grid, labelLimit: 640, labelFontSize: 11, titleFontSize: 12 },
    legend: { labelColor: theme.text, titleColor: theme.text, labelLimit: 640, labelFontSize: 11 },
    header: { labelColor: theme.text, titleColor: theme.text, labelLimit: 640, labelFontSize: 11 },
    title: { color: theme.text },
    view: { stroke: 'transparent' },
    range: { category: [...theme.marks] },
  };
  const view = new View(parse(compile({ ...spec, config } as TopLevelSpec).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
