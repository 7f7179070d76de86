import type { TopLevelSpec } from 'vega-lite';
import { drawChart, mostTicks } from '../charts.js';
import { compareWithLimits } from '../expected.js';
import { formatFlops, formatMs, formatPercent } from '../figures.js';
import { logAxis } from '../log-axis.js';
import { type Mark, markEncoding, marksOf } from '../marks.js';
import type { PagePart } from '../page/parts.js';
import type { BenchReport, MachineLimits } from '../schema.js';
import { rateAxis } from './rate-axis.js';

/** How far the roof is drawn beyond the cases, as a factor. */
const MARGIN = 2;

/** Every case under the roof that the same run measured, and the time that the roof expects of it. */
export async function rooflineParts(report: BenchReport): Promise<PagePart[]> {
  const { limits } = report;
  const compared = compareWithLimits(report);
  if (!limits || compared.length === 0) return [];
  const points = compared.map(pointOf);
  const marks = marksOf(
    points.map(({ series }) => series),
    { alike: true },
  );
  return [
    {
      kind: 'chart',
      caption: 'Useful rate against operations per byte that must move: nearer to the dashed roof is better',
      chart: await drawChart((width) => roofline(points, marks, limits, width)),
      legend: marks,
      numbers: {
        head: [
          'case',
          'operations per byte',
          'useful rate',
          'bound by',
          'expected',
          'measured',
          'of the limit',
        ],
        rows: compared.map(({ result, expectation: { boundBy, expectedMs }, measuredMs }, index) => [
          result.case.name,
          formatIntensity(points[index]!.intensity),
          formatFlops(points[index]!.tflops),
          boundBy,
          formatMs(expectedMs),
          formatMs(measuredMs),
          formatPercent(expectedMs / measuredMs),
        ]),
      },
    },
  ];
}

type Point = ReturnType<typeof pointOf>;

function pointOf({ result, measuredMs }: ReturnType<typeof compareWithLimits>[number]) {
  const { case: it, usefulFlops, bytes } = result;
  const [intensity, tflops] = [usefulFlops / bytes, usefulFlops / measuredMs / 1e9];
  const label = `${it.name}: ${formatFlops(tflops)} at ${formatIntensity(intensity)} operations a byte`;
  return { intensity, tflops, series: `${it.operation}, ${it.dtype}`, label };
}

function roofline(
  points: readonly Point[],
  marks: readonly Mark[],
  limits: MachineLimits,
  width: number,
): TopLevelSpec {
  const roofs = roofsOf(
    limits,
    points.map(({ intensity }) => intensity),
  );
  const drawn = [...points, ...roofs];
  const intensities = drawn.map(({ intensity }) => intensity);
  const x = logAxis(intensities, String, { most: mostTicks(width) });
  const y = rateAxis(drawn.map(({ tflops }) => tflops));
  const type = 'quantitative' as const;
  const encoding = {
    x: { field: 'intensity', type, scale: x.scale, axis: { ...x.ticks, title: 'operations per byte' } },
    y: { field: 'tflops', type, scale: y.log.scale, axis: { ...y.log.ticks, title: y.title } },
  };
  return {
    height: 300,
    layer: [
      {
        data: { values: roofs },
        mark: { type: 'line', strokeDash: [5, 4], color: 'var(--muted)', clip: true, aria: false },
        encoding: { ...encoding, detail: { field: 'roof' } },
      },
      {
        data: { values: [nameOf(limits, roofs)] },
        mark: { type: 'text', align: 'right', dy: -7, dx: -2 },
        encoding: { ...encoding, text: { field: 'name' } },
      },
      {
        data: { values: [...points] },
        mark: { type: 'point', size: 70, strokeWidth: 1.8, opacity: 1, fillOpacity: 0.4 },
        encoding: { ...encoding, ...markEncoding('series', marks), description: { field: 'label' } },
      },
    ],
  };
}

const formatIntensity = (intensity: number) => `${Number(intensity.toPrecision(3))}`;

/** Straight lines on logarithmic axes: two ends and the ridge say everything. */
function roofsOf({ arithmetic, bytesPerSecond }: MachineLimits, intensities: readonly number[]) {
  const ridges = arithmetic.map(({ flopsPerSecond }) => flopsPerSecond / bytesPerSecond);
  const marked = [...intensities, ...ridges];
  const [from, to] = [Math.min(...marked) / MARGIN, Math.max(...marked) * MARGIN];
  return arithmetic.flatMap(({ dtype, flopsPerSecond }) =>
    [from, flopsPerSecond / bytesPerSecond, to].map((intensity) => ({
      intensity,
      tflops: Math.min(flopsPerSecond, intensity * bytesPerSecond) / 1e12,
      roof: dtype,
    })),
  );
}

/** Roofs of the half types lie close together, so their names stand above the highest of them. */
function nameOf({ arithmetic }: MachineLimits, roofs: ReturnType<typeof roofsOf>) {
  const end = roofs.reduce((best, point) => (point.tflops >= best.tflops ? point : best));
  const names = arithmetic.map(
    ({ dtype, flopsPerSecond }) => `${dtype} ${formatFlops(flopsPerSecond / 1e12)}`,
  );
  return { ...end, name: names.join(', ') };
}
