import type { TopLevelSpec } from 'vega-lite';
import { type ChartSpec, mostTicks } from '../charts.js';
import { hasLogarithm, type LogAxisOptions, logAxis } from '../log-axis.js';
import { type Mark, markEncoding } from '../marks.js';
import { DASHED } from './curve.js';

export interface CaseDot {
  readonly case: string;
  readonly contestant: string;
  readonly x: number;
  /** Shown under the pointer. */
  readonly label: string;
}

export interface CaseRows {
  readonly dots: readonly CaseDot[];
  readonly marks: readonly Mark[];
  readonly title: string;
  readonly format: (x: number) => string;
  /** Values that the axis encloses too. */
  readonly enclosed?: readonly number[];
  /** Of the axis; 10 unless told. */
  readonly base?: LogAxisOptions['base'];
  /** Where a dashed line stands. */
  readonly line?: number;
}

/** A letter's width at most, and a line's height, in pixels. */
const LETTER = 6.4;
const LINE = 14;
/** Room for the dots below a case's name. */
const DOTS = 22;
/** Clipped, or the widths that Vega guesses without fonts would squeeze the plot. */
const NAME = {
  type: 'text' as const,
  ...{
    align: 'left' as const,
    baseline: 'top' as const,
    dy: 4,
    lineBreak: '\n',
    lineHeight: LINE,
    clip: true,
  },
};
/** Keeps lines from running through letters. */
const HALO = { stroke: 'var(--back)', strokeWidth: 7, strokeJoin: 'round' as const };
/** More rows than fit on a screen get a second axis above them. */
const SCREENFUL = 12;

/** One row a case, its name above its dots, so that long names leave the width to the dots on a phone too. */
export function caseRows(rows: CaseRows, width: number): ChartSpec {
  const { dots, marks, title, format, enclosed = [], base = 10, line } = rows;
  const axis = logAxis([...enclosed, ...dots.map((dot) => dot.x)], format, { base, most: mostTicks(width) });
  const cases = [...new Set(dots.map((dot) => dot.case))];
  const names = new Map(cases.map((name) => [name, wrap(name, Math.floor(width / LETTER))]));
  const lines = Math.max(...[...names.values()].map((wrapped) => wrapped.length));
  const step = lines * LINE + DOTS;
  const dotsAt = 1 - 12 / step;
  const y = {
    field: 'case',
    type: 'nominal',
    sort: null,
    axis: null,
    scale: { type: 'band', padding: 0 },
  } as const;
  const x = { field: 'x', type: 'quantitative', scale: { ...axis.scale } } as const;
  const ticks = (orient: 'top' | 'bottom') => ({ ...axis.ticks, title, orient, grid: orient === 'bottom' });
  const labelled = [...names].map(([name, wrapped]) => ({ case: name, text: wrapped.join('\n') }));
  return {
    height: step * cases.length,
    data: { values: dots.filter(({ x }) => hasLogarithm(x)) },
    layer: [
      {
        data: { values: labelled },
        mark: { type: 'rule', color: 'var(--grid)' },
        encoding: { y: { ...y, bandPosition: 0 } },
      },
      {
        mark: { type: 'point', size: 80, strokeWidth: 1.8, opacity: 1 },
        encoding: {
          y: { ...y, bandPosition: dotsAt },
          x: { ...x, axis: ticks('bottom') },
          // Outlines do not hide each other; what is filled comes first and lies below them.
          ...markEncoding('contestant', marks, 'transparent'),
          description: { field: 'label' },
        },
      },
      ...(line === undefined
        ? []
        : [
            {
              mark: DASHED,
              encoding: { x: { datum: line, scale: x.scale, type: x.type, axis: null } },
            },
          ]),
      ...[HALO, {}].map((style) => ({
        data: { values: labelled },
        mark: { ...NAME, ...style },
        encoding: { y: { ...y, bandPosition: 0 }, x: { value: 0 }, text: { field: 'text' } },
      })),
      // An axis belongs to a layer that shows nothing else.
      ...(cases.length > SCREENFUL
        ? [
            {
              data: { values: [{ x: axis.scale.domain[0] }] },
              mark: { type: 'point' as const, opacity: 0, aria: false },
              encoding: { x: { ...x, axis: ticks('top') } },
            },
          ]
        : []),
    ],
    resolve: { axis: { x: 'independent' } },
  } satisfies TopLevelSpec;
}

/** Lines of at most so many letters, broken at spaces. */
function wrap(text: string, most: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1)!;
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
