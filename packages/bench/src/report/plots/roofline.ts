import { drawChart } from '../charts.js';
import { compareWithLimits, slowCases } from '../expected.js';
import { formatBandwidth, formatFlops, formatMs } from '../figures.js';
import type { PagePart } from '../page.js';
import type { BenchReport, MachineLimits } from '../schema.js';

/** How far the roof is drawn beyond the cases, as a factor. */
const MARGIN = 4;

/** Every case under the roof that the same run measured, and the time that the roof expects of it. */
export async function rooflineParts(report: BenchReport): Promise<PagePart[]> {
  const { limits } = report;
  const compared = compareWithLimits(report);
  if (!limits || compared.length === 0) return [];
  const points = compared.map(({ result, measuredMs }) => ({
    intensity: result.usefulFlops / result.bytes,
    gflops: result.usefulFlops / measuredMs / 1e6,
    what: `${result.case.operation} ${result.case.dtype}`,
  }));
  const chart = await drawChart({
    width: 420,
    height: 260,
    layer: [
      {
        data: {
          values: roof(
            limits,
            points.map(({ intensity }) => intensity),
          ),
        },
        mark: { type: 'line', strokeDash: [4, 4] },
        encoding: { ...AXES, color: COLOR },
      },
      {
        data: { values: points },
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: { ...AXES, color: COLOR },
      },
    ],
  });
  return [
    { kind: 'text', text: describe(limits) },
    { kind: 'chart', caption: 'Roofline: useful rate against operations per byte that must move', chart },
    ...bandwidthTable(limits),
    ...slowText(report),
    {
      kind: 'table',
      caption: 'Time that the limits expect, and what the first contestant took',
      head: ['case', 'bound by', 'expected', 'measured', 'share of the limit'],
      rows: compared.map(({ result, expectation: { boundBy, expectedMs }, measuredMs }) => [
        result.case.name,
        boundBy,
        formatMs(expectedMs),
        formatMs(measuredMs),
        `${((100 * expectedMs) / measuredMs).toFixed(0)} %`,
      ]),
    },
  ];
}

const AXES = {
  x: {
    field: 'intensity',
    type: 'quantitative',
    title: 'operations per byte (log)',
    scale: { type: 'log' },
  },
  y: { field: 'gflops', type: 'quantitative', title: 'GFLOP/s (log)', scale: { type: 'log' } },
} as const;

const COLOR = {
  field: 'what',
  type: 'nominal',
  title: null,
  sort: null,
  legend: { orient: 'bottom', direction: 'vertical' },
} as const;

function roof({ arithmetic, bytesPerSecond }: MachineLimits, intensities: readonly number[]) {
  const ridges = arithmetic.map(({ flopsPerSecond }) => flopsPerSecond / bytesPerSecond);
  const marked = [...intensities, ...ridges];
  const [from, to] = [Math.min(...marked) / MARGIN, Math.max(...marked) * MARGIN];
  return arithmetic.flatMap(({ dtype, flopsPerSecond }) =>
    // Straight lines on logarithmic axes: two ends and the ridge say everything.
    [from, flopsPerSecond / bytesPerSecond, to]
      .sort((a, b) => a - b)
      .map((intensity) => ({
        intensity,
        gflops: Math.min(flopsPerSecond, intensity * bytesPerSecond) / 1e9,
        what: `limit ${dtype}`,
      })),
  );
}

function bandwidthTable({ bandwidths }: MachineLimits): PagePart[] {
  if (!bandwidths) return [];
  const rows = bandwidths.map(({ what, bytesPerSecond }) => [what, formatBandwidth(bytesPerSecond)]);
  return [{ kind: 'table', caption: 'Bandwidth measured in this run', head: ['of', 'rate'], rows }];
}

function slowText({ results }: BenchReport): PagePart[] {
  const slow = slowCases(results);
  if (slow.length === 0) return [];
  const names = slow.map((result) => result.case.name).join('; ');
  const text = `Far below what other cases of their operation reach of the limit: ${names}.`;
  return [{ kind: 'text', text }];
}

function describe({ arithmetic, bytesPerSecond, bandwidthKernel }: MachineLimits): string {
  const rates = arithmetic.map(({ dtype, flopsPerSecond, kernel }) => {
    return `${formatFlops(flopsPerSecond / 1e12)} in ${dtype} (${kernel})`;
  });
  return (
    `Measured in this run: ${rates.join(', ')}; ` +
    `memory ${formatBandwidth(bytesPerSecond)} (${bandwidthKernel}). A share above 100 % means that ` +
    'data stayed in a cache, or that the kernel of the case is better than the one that measured the limit.'
  );
}
