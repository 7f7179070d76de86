import { drawChart } from '../charts.js';
import type { PagePart } from '../page.js';
import type { CaseResult } from '../schema.js';

/** A result that is exact has no place on a logarithmic axis; it is drawn at the left end. */
const SMALLEST_SHARE = 1e-6;
/** A result that is all wrong must not squeeze the rest. */
const LARGEST_SHARE = 1e3;

/** The error of every checked result as a share of what is allowed, which is the line at 1. */
export async function errorParts(results: readonly CaseResult[]): Promise<PagePart[]> {
  const values = results.flatMap((result) =>
    result.contestants.flatMap(({ name, check }) => {
      if (!check) return [];
      const share = Math.min(LARGEST_SHARE, Math.max(SMALLEST_SHARE, check.error / check.bound));
      return [{ case: result.case.name, contestant: name, share }];
    }),
  );
  if (values.length === 0) return [];
  const chart = await drawChart({
    width: 420,
    data: { values },
    layer: [
      { mark: { type: 'rule', strokeDash: [4, 4], color: '#808080' }, encoding: { x: { datum: 1 } } },
      {
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: {
          y: { field: 'case', type: 'nominal', title: null, sort: null },
          x: {
            field: 'share',
            type: 'quantitative',
            title: 'error over what is allowed (log)',
            scale: { type: 'log' },
          },
          color: {
            field: 'contestant',
            type: 'nominal',
            title: null,
            sort: null,
            legend: { orient: 'bottom', direction: 'vertical' },
          },
          shape: { field: 'contestant', type: 'nominal', title: null, sort: null },
        },
      },
    ],
  });
  return [{ kind: 'chart', caption: 'Error against the bound; left of the dashed line passes', chart }];
}
