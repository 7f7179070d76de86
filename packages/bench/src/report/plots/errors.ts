import { drawChart } from '../charts.js';
import type { Mark } from '../marks.js';
import type { PageChart } from '../page/parts.js';
import type { CaseResult } from '../schema.js';
import { caseRows } from './case-rows.js';

/** A result that is exact has no place on a logarithmic axis; it is drawn at the left end. */
const SMALLEST_SHARE = 1e-6;
/** A result that is all wrong must not squeeze the rest; NaN is drawn there too. */
const LARGEST_SHARE = 1e3;

/** The error of every checked result as a share of what is allowed, which is the line at 1. */
export async function errorParts(
  results: readonly CaseResult[],
  marks: readonly Mark[],
): Promise<PageChart[]> {
  const dots = results.flatMap((result) =>
    result.contestants.flatMap(({ name, check }) => {
      if (!check) return [];
      const share = check.error / check.bound;
      const x = Math.min(
        LARGEST_SHARE,
        Math.max(SMALLEST_SHARE, Number.isNaN(share) ? LARGEST_SHARE : share),
      );
      const label = `${name}: error ${check.error.toExponential(2)}, bound ${check.bound.toExponential(2)}`;
      return [{ case: result.case.name, contestant: name, x, label }];
    }),
  );
  if (dots.length === 0) return [];
  const rows = { dots, marks, title: 'error over what is allowed', format: String, enclosed: [2], line: 1 };
  const chart = await drawChart((width) => caseRows(rows, width));
  const shown = new Set(dots.map(({ contestant }) => contestant));
  const caption =
    'Largest error of every checked result over what is allowed: left of the dashed line is right, further left is better';
  return [{ kind: 'chart', caption, chart, legend: marks.filter(({ label }) => shown.has(label)) }];
}
