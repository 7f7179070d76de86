import { MARK_COLORS } from './page/style.js';

/** How one of several things looks in a chart; colour is never the only difference. */
export interface Mark {
  readonly label: string;
  /** A CSS variable of the page. */
  readonly color: string;
  /** An SVG path around 0, from -1 to 1. */
  readonly shape: string;
  /** Filled, for what a reader should see first; outlined marks can lie on each other and still be told apart. */
  readonly filled: boolean;
}

/** Seven shapes and eight colours go round separately, so that 56 things look different. */
const SHAPES = [
  'M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0Z',
  'M-0.9,-0.9H0.9V0.9H-0.9Z',
  'M0,-1.1L1.05,0.8H-1.05Z',
  'M0,-1.25L1.1,0L0,1.25L-1.1,0Z',
  'M-0.35,-1.1H0.35V-0.35H1.1V0.35H0.35V1.1H-0.35V0.35H-1.1V-0.35H-0.35Z',
  'M0,1.1L1.05,-0.8H-1.05Z',
  'M-1.1,-0.5H1.1V0.5H-1.1Z',
];

/** One mark a label; the first is filled, and the rest too when `alike`. */
export function marksOf(labels: readonly string[], { alike = false } = {}): Mark[] {
  return [...new Set(labels)].map((label, index) => ({
    label,
    color: `var(--mark-${index % MARK_COLORS})`,
    shape: SHAPES[index % SHAPES.length]!,
    filled: alike || index === 0,
  }));
}

/** Colour and shape of a field that holds labels, in Vega-Lite; the page shows the legend. */
export function markEncoding(field: string, marks: readonly Mark[], inside = 'var(--back)') {
  const domain = marks.map(({ label }) => label);
  const channel = (range: string[]) =>
    ({ field, type: 'nominal', scale: { domain, range }, legend: null }) as const;
  return {
    color: channel(marks.map(({ color }) => color)),
    shape: channel(marks.map(({ shape }) => shape)),
    fill: channel(marks.map(({ color, filled }) => (filled ? color : inside))),
  };
}
