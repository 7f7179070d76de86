import type { TopLevelSpec } from 'vega-lite';
import { drawChart } from '../charts.js';
import { compareWithLimits } from '../expected.js';
import { formatFlops, formatMs, formatPercent } from '../figures.js';
import { logAxis } from '../log-axis.js';
import { markEncoding, marksOf } from '../marks.js';
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
  const points = compared.map(({ result, measuredMs }) => {
    const { usefulFlops, bytes } = result;
    const [intensity, tflops] = [usefulFlops / bytes, usefulFlops / measuredMs / 1e9];
    const label = `${result.case.name}: ${formatFlops(tflops)} at ${formatIntensity(intensity)} operations a byte`;
    return { intensity, tflops, series: `${result.case.operation}, ${result.case.dtype}`, label };
  });
  const roofs = roofsOf(
    limits,
    points.map(({ intensity }) => intensity),
  );
  const marks = marksOf(
    points.map(({ series }) => series),
    { alike: true },
  );
  const x = logAxis(
    [...points, ...roofs].map(({ intensity }) => intensity),
    String,
  );
  const y = rateAxis([...points, ...roofs].map(({ tflops }) => tflops));
  const encoding = {
    x: {
      field: 'intensity',
      type: 'quantitative' as const,
      scale: { ...x.scale },
      axis: { ...x.ticks, title: 'operations per byte' },
    },
    y: {
      field: 'tflops',
      type: 'quantitative' as const,
      scale: { ...y.log.scale },
      axis: { ...y.log.ticks, title: y.title },
    },
  };
  const spec: TopLevelSpec = {
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
        data: { values: points },
        mark: { type: 'point', size: 70, strokeWidth: 1.8, opacity: 1, fillOpacity: 0.4 },
        encoding: { ...encoding, ...markEncoding('series', marks), description: { field: 'label' } },
      },
    ],
  };
  return [
    {
      kind: 'chart',
      caption: 'Useful rate against operations per byte that must move: nearer to the dashed roof is better',
      chart: await drawChart(() => spec),
      legend: marks,
      numbers: {
        head: [
          'case',
          'operations per byte',
          'useful rate',
          'bound by',
          'expected',
          'measured',
          'share of the limit',
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
