import { type ChartSpec, drawChart, mostTicks } from '../charts.js';
import { compareWithLimits } from '../expected.js';
import { formatBandwidth, formatFlops, formatMs, formatPercent } from '../figures.js';
import { logAxis } from '../log-axis.js';
import { type Mark, markEncoding, marksOf } from '../marks.js';
import type { PagePart } from '../page/parts.js';
import type { BenchReport, MachineLimits } from '../schema.js';
import { rateAxis } from './rate-axis.js';

/** How far the roof is drawn beyond the cases, as a factor. */
const MARGIN = 2;
/** Of the roof that memory makes with arithmetic, and of that of the L2 cache. */
const DASHES = { memory: [5, 4], L2: [1.5, 3] };

/** Every case under the roof that the same run measured, and the time that the roof expects of it. */
export async function rooflineParts(report: BenchReport): Promise<PagePart[]> {
  const { limits } = report;
  const compared = compareWithLimits(report);
  if (!limits || compared.length === 0) return [];
  const points = compared.map(pointOf);
  const cached =
    limits.l2BytesPerSecond === undefined ? [] : points.flatMap((point) => throughL2(point) ?? []);
  const marks = pointMarks(points, cached);
  const caption =
    'Useful rate against operations per byte that must move: nearer to the dashed roof is better';
  const more = '. Outlined the same against operations per byte through the L2 cache, under the dotted roof';
  return [
    {
      kind: 'chart',
      caption: cached.length > 0 ? caption + more : caption,
      chart: await drawChart((width) => roofline({ points, cached, marks, limits }, width)),
      legend: [...marks, ...roofMarks(limits, cached.length > 0)],
      numbers: {
        head: [
          'case',
          'operations per byte',
          ...(cached.length > 0 ? ['per byte through L2'] : []),
          'useful rate',
          'bound by',
          'expected',
          'measured',
          'of the limit',
        ],
        rows: compared.map(({ result, expectation: { boundBy, expectedMs }, measuredMs }, index) => [
          result.case.name,
          formatIntensity(points[index]!.intensity),
          ...(cached.length > 0 ? [formatIntensity(points[index]!.l2Intensity)] : []),
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

interface Point {
  /** Operations per byte of memory, or of the L2 cache in its points. */
  readonly intensity: number;
  readonly l2Intensity: number | undefined;
  readonly tflops: number;
  readonly series: string;
  readonly label: string;
}

function pointOf({ result, measuredMs }: ReturnType<typeof compareWithLimits>[number]): Point {
  const { case: it, usefulFlops, bytes, contestants } = result;
  const [intensity, tflops] = [usefulFlops / bytes, usefulFlops / measuredMs / 1e9];
  const l2Bytes = contestants[0]?.l2Bytes;
  const l2Intensity = l2Bytes ? usefulFlops / l2Bytes : undefined;
  const label = `${it.name}: ${formatFlops(tflops)} at ${formatIntensity(intensity)} operations a byte`;
  return { intensity, l2Intensity, tflops, series: `${it.operation}, ${it.dtype}`, label };
}

const ofL2 = (series: string) => `${series}, bytes through L2`;

/** The same case once more, by the bytes that its kernel's tiles bring through the L2 cache. */
function throughL2({ l2Intensity, series, label, ...point }: Point): Point | undefined {
  if (l2Intensity === undefined) return undefined;
  const told = `${label}, ${formatIntensity(l2Intensity)} a byte through L2`;
  return { ...point, intensity: l2Intensity, l2Intensity, series: ofL2(series), label: told };
}

/** Points of the L2 cache look like those of memory, but outlined. */
function pointMarks(points: readonly Point[], cached: readonly Point[]): Mark[] {
  const filled = marksOf(
    points.map(({ series }) => series),
    { alike: true },
  );
  const shown = new Set(cached.map(({ series }) => series));
  const outlined = filled.map((mark) => ({ ...mark, label: ofL2(mark.label), filled: false }));
  return [...filled, ...outlined.filter(({ label }) => shown.has(label))];
}

function roofMarks({ bytesPerSecond, l2BytesPerSecond = 0 }: MachineLimits, withL2: boolean): Mark[] {
  const roof = (label: string, shape: string) => ({ label, shape, color: 'var(--muted)', filled: false });
  return [
    roof(`memory, ${formatBandwidth(bytesPerSecond)}`, 'M-1.2,0H-0.3M0.3,0H1.2'),
    ...(withL2
      ? [roof(`L2 cache, ${formatBandwidth(l2BytesPerSecond)}`, 'M-1.2,0H-0.8M-0.2,0H0.2M0.8,0H1.2')]
      : []),
  ];
}

interface Roofline {
  readonly points: readonly Point[];
  /** Those of the L2 cache. */
  readonly cached: readonly Point[];
  readonly marks: readonly Mark[];
  readonly limits: MachineLimits;
}

function roofline({ points, cached, marks, limits }: Roofline, width: number): ChartSpec {
  const { arithmetic, bytesPerSecond, l2BytesPerSecond } = limits;
  const shown = [...points, ...cached];
  const intensities = shown.map(({ intensity }) => intensity);
  const roofs = roofsOf(arithmetic, bytesPerSecond, intensities);
  const drawn = [...shown, ...roofs];
  const x = logAxis(
    drawn.map(({ intensity }) => intensity),
    String,
    { most: mostTicks(width) },
  );
  const y = rateAxis(drawn.map(({ tflops }) => tflops));
  const type = 'quantitative' as const;
  const encoding = {
    x: { field: 'intensity', type, scale: x.scale, axis: { ...x.ticks, title: 'operations per byte' } },
    y: { field: 'tflops', type, scale: y.log.scale, axis: { ...y.log.ticks, title: y.title } },
  };
  const line = (values: Roof[], strokeDash: number[]) => ({
    data: { values },
    mark: { type: 'line' as const, strokeDash, color: 'var(--muted)', clip: true, aria: false },
    encoding: { ...encoding, detail: { field: 'roof' } },
  });
  return {
    height: 300,
    layer: [
      line(roofs, DASHES.memory),
      ...(cached.length > 0 && l2BytesPerSecond !== undefined
        ? [line(roofsOf(arithmetic, l2BytesPerSecond, intensities), DASHES.L2)]
        : []),
      {
        data: { values: [nameOf(limits, roofs)] },
        mark: { type: 'text', align: 'right', dy: -7, dx: -2 },
        encoding: { ...encoding, text: { field: 'name' } },
      },
      {
        data: { values: shown },
        mark: { type: 'point', size: 70, strokeWidth: 1.8, opacity: 1, fillOpacity: 0.4 },
        encoding: { ...encoding, ...markEncoding('series', marks), description: { field: 'label' } },
      },
    ],
  };
}

const formatIntensity = (intensity: number | undefined) =>
  intensity === undefined ? '' : `${Number(intensity.toPrecision(3))}`;

interface Roof {
  readonly intensity: number;
  readonly tflops: number;
  readonly roof: string;
}

/** Straight lines on logarithmic axes: two ends and the ridge say everything. */
function roofsOf(
  arithmetic: MachineLimits['arithmetic'],
  bytesPerSecond: number,
  intensities: readonly number[],
): Roof[] {
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
function nameOf({ arithmetic }: MachineLimits, roofs: readonly Roof[]) {
  const end = roofs.reduce((best, point) => (point.tflops >= best.tflops ? point : best));
  const names = arithmetic.map(
    ({ dtype, flopsPerSecond }) => `${dtype} ${formatFlops(flopsPerSecond / 1e12)}`,
  );
  return { ...end, name: names.join(', ') };
}
