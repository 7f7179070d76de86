import { isVisible } from '@sparsek/bsr';
import type { AttentionLayout, AttentionProblem, Dtype, Values } from '@sparsek/types';
import { addSpecial, encodeNonFinite, numberOf, type Special, specialOf } from '../non-finite.js';

/**
 * The kernel multiplies the values of a block's hidden keys by 0, which turns an infinity or NaN there into NaN. So such
 * values are given to it as zeros, and the outputs that do see one are set here: a visible key has a positive weight,
 * so the output is that infinity, or NaN when there is a NaN or there are infinities of both signs.
 */
export interface ValueRepair {
  readonly problem: AttentionProblem;
  /** V as it was, packed, `[.., width]`. */
  readonly v: Values;
  /** Positions in V of what is not finite. */
  readonly specials: readonly number[];
  /** Width of V and O. */
  readonly width: number;
  readonly output: Values;
}

export function repairValues({ problem, v, specials, width, output }: ValueRepair): void {
  const { heads, kvHeads, layout, mask, dtype, outputDtype = dtype } = problem;
  if (dtype === 'f32') return;
  const group = heads / kvHeads;
  const sums = new Map<number, Special>();
  for (const position of specials) {
    const special = specialOf(v[position]!, dtype);
    if (special === undefined) continue;
    const {
      batch,
      head: kvHead,
      token: key,
    } = splitRow(layout, kvHeads, mask.keyLength, Math.floor(position / width));
    for (let head = kvHead * group; head < (kvHead + 1) * group; head += 1) {
      for (let query = 0; query < mask.queryLength; query += 1) {
        if (!isVisible(mask, batch, head, query, key)) continue;
        const row = joinRow(layout, heads, mask.queryLength, { batch, head, token: query });
        const place = row * width + (position % width);
        sums.set(place, addSpecial(sums.get(place), special));
      }
    }
  }
  for (const [place, special] of sums) {
    const own = outputSpecial(output[place]!, outputDtype);
    const sum = own === undefined ? special : addSpecial(own, special);
    output[place] = encodeNonFinite(numberOf(sum), outputDtype);
  }
}

/**
 * A NaN in a query makes all of its scores NaN, which the kernel's running maximum passes over. So O and the log-sum-exp
 * of those queries are set here where they see any key.
 */
export function repairQueries(
  problem: AttentionProblem,
  q: Values,
  output: Values,
  lse: Float32Array | undefined,
  specials: readonly number[],
): void {
  const { heads, headDim, valueDim = headDim, layout, mask, dtype, outputDtype = dtype } = problem;
  if (dtype === 'f32') return;
  const rows = new Set<number>();
  for (const position of specials) {
    if (specialOf(q[position]!, dtype) === 'nan') rows.add(Math.floor(position / headDim));
  }
  for (const row of rows) {
    const place = splitRow(layout, heads, mask.queryLength, row);
    if (!seesAny(problem, place)) continue;
    output.fill(nanOf(outputDtype), row * valueDim, (row + 1) * valueDim);
    if (lse) lse[joinRow('bhsd', heads, mask.queryLength, place)] = Number.NaN;
  }
}

interface Row {
  readonly batch: number;
  readonly head: number;
  readonly token: number;
}

function seesAny({ mask }: AttentionProblem, { batch, head, token }: Row): boolean {
  for (let key = 0; key < mask.keyLength; key += 1) if (isVisible(mask, batch, head, token, key)) return true;
  return false;
}

function splitRow(layout: AttentionLayout, heads: number, length: number, row: number): Row {
  const [outer, inner] = layout === 'bhsd' ? [heads, length] : [length, heads];
  const batch = Math.floor(row / (outer * inner));
  const middle = Math.floor(row / inner) % outer;
  const last = row % inner;
  return layout === 'bhsd' ? { batch, head: middle, token: last } : { batch, head: last, token: middle };
}

function joinRow(
  layout: AttentionLayout,
  heads: number,
  length: number,
  { batch, head, token }: Row,
): number {
  return layout === 'bhsd'
    ? (batch * heads + head) * length + token
    : (batch * length + token) * heads + head;
}

/** What an element of O holds; undefined for a finite number. */
function outputSpecial(value: number, dtype: Dtype): Special | undefined {
  if (dtype !== 'f32') return specialOf(value, dtype);
  if (Number.isNaN(value)) return 'nan';
  return Number.isFinite(value) ? undefined : value > 0 ? '+inf' : '-inf';
}

const nanOf = (dtype: Dtype) => encodeNonFinite(Number.NaN, dtype);
