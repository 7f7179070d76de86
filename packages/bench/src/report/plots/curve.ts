import type { TopLevelSpec } from 'vega-lite';
import type { ChartSpec } from '../charts.js';
import { hasLogarithm, type LogAxis } from '../log-axis.js';
import { type Mark, markEncoding } from '../marks.js';

export interface CurvePoint {
  /** The label of its mark. */
  readonly series: string;
  readonly x: number;
  readonly y: number;
  /** Shown under the pointer. */
  readonly label: string;
}

export interface Curves {
  readonly points: readonly CurvePoint[];
  readonly marks: readonly Mark[];
  readonly x: CurveAxis;
  readonly y: CurveAxis;
  /** A dashed horizontal line. */
  readonly line?: number;
  /** false: marked points without lines between them. */
  readonly joined?: boolean;
}

export interface CurveAxis {
  readonly title: string;
  /** Linear from 0 unless given. */
  readonly log?: LogAxis;
  /** Instead of those of the scale. */
  readonly ticks?: LogAxis['ticks'];
}

/** Marked points of several series against two quantities. */
export function curves({ points, marks, x, y, line, joined = true }: Curves): ChartSpec {
  const channel = (field: 'x' | 'y', { title, log, ticks }: CurveAxis) => ({
    field,
    type: 'quantitative' as const,
    scale: log ? { ...log.scale } : { zero: true },
    axis: { title, ...(log?.ticks ?? { tickCount: 6 }), ...ticks },
  });
  const placed = points.filter(
    (point) => (!x.log || hasLogarithm(point.x)) && (!y.log || hasLogarithm(point.y)),
  );
  const encoding = { x: channel('x', x), y: channel('y', y) };
  const { color, shape, fill } = markEncoding('series', marks);
  return {
    height: 240,
    data: { values: placed },
    layer: [
      ...(line === undefined ? [] : [{ mark: DASHED, encoding: { y: { datum: line } } }]),
      ...(joined ? [{ mark: LINE, encoding: { ...encoding, color } }] : []),
      {
        mark: { type: 'point', size: 60, strokeWidth: 1.8, opacity: 1 },
        encoding: { ...encoding, color, shape, fill, description: { field: 'label' } },
      },
    ],
  } satisfies TopLevelSpec;
}

/** Points have names of their own. */
const LINE = { type: 'line' as const, strokeWidth: 1.5, aria: false };
export const DASHED = { type: 'rule' as const, strokeDash: [4, 4] };
