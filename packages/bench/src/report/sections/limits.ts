import { modelError, slowCases } from '../expected.js';
import { formatBandwidth, formatFlops, formatPercent } from '../figures.js';
import type { PagePart } from '../page/parts.js';
import { rooflineParts } from '../plots/roofline.js';
import type { BenchReport, MachineLimits } from '../schema.js';

/** What the machine can do at most, and how near the cases come to it. */
export async function limitParts(report: BenchReport): Promise<PagePart[]> {
  const { limits } = report;
  const roofline = await rooflineParts(report);
  if (!limits || roofline.length === 0) return [];
  return [
    { kind: 'text', text: describe(limits) },
    ...roofline,
    ...modelText(report),
    ...slowText(report),
    ...limitTable(limits),
  ];
}

function describe(limits: MachineLimits): string {
  const { arithmetic, bytesPerSecond, bandwidthKernel, l2BytesPerSecond } = limits;
  const rates = arithmetic.map(({ dtype, flopsPerSecond, kernel }) => {
    return `${formatFlops(flopsPerSecond / 1e12)} in ${dtype} (${kernel})`;
  });
  return (
    `Measured in this run: ${rates.join(', ')}; ` +
    `memory ${formatBandwidth(bytesPerSecond)} (${bandwidthKernel})` +
    `${l2BytesPerSecond === undefined ? '' : `, L2 cache ${formatBandwidth(l2BytesPerSecond)}`}. A share above 100 % means that ` +
    'data stayed in a cache, or that the kernel of the case is better than the one that measured the limit.'
  );
}

function slowText({ results }: BenchReport): PagePart[] {
  const slow = slowCases(results);
  if (slow.length === 0) return [];
  const names = slow.map((result) => result.case.name).join('; ');
  const text = `Far below what other cases of their operation reach of the limit: ${names}.`;
  return [{ kind: 'text', text }];
}

function limitTable({ instructions = [], bandwidths = [] }: MachineLimits): PagePart[] {
  const rows = [
    ...instructions.map(({ what, flopsPerSecond }) => [what, formatFlops(flopsPerSecond / 1e12)]),
    ...bandwidths.map(({ what, bytesPerSecond }) => [what, formatBandwidth(bytesPerSecond)]),
  ];
  if (rows.length === 0) return [];
  return [{ kind: 'table', caption: 'Limits measured in this run', head: ['of', 'rate'], rows }];
}

function modelText({ results }: BenchReport): PagePart[] {
  const error = modelError(results);
  if (!error) return [];
  const text =
    `The time that these limits expect is off by ${formatPercent(error.median)} in the median of ${error.cases} cases, ` +
    `at most by ${formatPercent(error.worst)} (${error.worstCase}).`;
  return [{ kind: 'text', text }];
}
