import { formatError } from '../figures.js';
import type { Mark } from '../marks.js';
import type { PagePart, Row } from '../page/parts.js';
import { errorParts } from '../plots/errors.js';
import type { CaseResult, ContestantResult } from '../schema.js';
import { checkCell } from './results.js';

/** The error of every checked result against what is allowed. */
export async function checkParts(
  results: readonly CaseResult[],
  marks: readonly Mark[],
): Promise<PagePart[]> {
  const [chart] = await errorParts(results, marks);
  if (chart === undefined) {
    return [{ kind: 'text', text: 'No result of this run has anything to be compared with.' }];
  }
  const rows = results.flatMap((result): Row[] => {
    const checked = result.contestants.filter(({ check }) => check);
    return checked.length > 0 ? [{ group: result.case.name }, ...checked.map(checkRow)] : [];
  });
  return [{ ...chart, numbers: { head: ['contestant', 'error', 'bound', 'rows checked', 'check'], rows } }];
}

function checkRow(contestant: ContestantResult): Row {
  const { name, check } = contestant;
  if (!check) return [name];
  return [name, formatError(check.error), formatError(check.bound), `${check.rows}`, checkCell(contestant)];
}
