export { checkBsr, checkPadding, checkPattern } from './check/bsr.js';
export { checkDense } from './check/dense.js';
export { checkHybrid } from './check/hybrid.js';
export { checkBlockMask } from './check/mask.js';
export { checkSparse24 } from './check/sparse24.js';
export { csrFromCoo, csrFromCsc } from './construct/csr.js';
export { bsrFromCoo, bsrFromCsc, bsrFromCsr, type FromSparseOptions } from './construct/from-csr.js';
export * from './construct/from-dense.js';
export {
  type CooMatrix,
  type CscMatrix,
  type CsrMatrix,
  checkCoo,
  checkCsc,
  checkCsr,
  type DuplicateRule,
} from './construct/scalar-formats.js';
export { bsrToCoo, bsrToCsr, type ToScalarOptions } from './convert/to-csr.js';
export * from './convert/to-dense.js';
export { isVisible } from './mask/is-visible.js';
export { maskExtent, patternFor, patternIndexFor } from './mask/pattern-for.js';
export { type MaskPatternStatistics, type MaskStatistics, maskStatistics } from './mask/statistics.js';
export { maskToPattern } from './mask/to-pattern.js';
export { type VisibleBlocks, visibleBlocks } from './mask/visible-blocks.js';
export { type BlockRun, visibleRuns } from './mask/visible-runs.js';
export { type ArrowOptions, arrowPattern } from './patterns/arrow.js';
export { type BandedOptions, bandedPattern } from './patterns/banded.js';
export { type BigBirdPatternOptions, bigbirdPattern } from './patterns/bigbird.js';
export { type BlockDiagonalOptions, blockDiagonalPattern } from './patterns/block-diagonal.js';
export { butterflyPattern } from './patterns/butterfly.js';
export { causalPattern } from './patterns/causal.js';
export type { PatternOptions } from './patterns/grid.js';
export { type PowerLawOptions, powerLawRows } from './patterns/power-law.js';
export { type RandomPatternOptions, randomPattern } from './patterns/random.js';
export { type StridedOptions, stridedPattern } from './patterns/strided.js';
export { type WindowOptions, windowPattern } from './patterns/window.js';
export { withValues } from './patterns/with-values.js';
export { type PruneBlocksOptions, pruneBlocks } from './prune/blocks.js';
export { type HybridOptions, hybridFromBsr, hybridToBsr } from './prune/hybrid.js';
export { prune24, sparse24ToDense } from './prune/sparse24.js';
export * from './random/draws.js';
export { createPhilox, type Philox } from './random/philox.js';
export { clusterRows, type RowClustering } from './reorder/cluster.js';
export { invertPermutation, permuteCsrRows, permuteRows } from './reorder/permute.js';
export {
  add,
  type CombinedStructure,
  convertDtype,
  elementwise,
  multiply,
  scale,
} from './structure/arithmetic.js';
export {
  bsrFromArrays,
  dropZeroBlocks,
  type FromArraysOptions,
  sortIndices,
  sumDuplicates,
} from './structure/canonical.js';
export type { OrderedPattern } from './structure/order.js';
export { type ReblockOptions, reblock } from './structure/reblock.js';
export { sliceColumns, sliceRows } from './structure/slice.js';
export { blockDiagonal, hstack, vstack } from './structure/stack.js';
export { type BsrStatistics, statistics } from './structure/statistics.js';
export { transpose, transposePattern } from './structure/transpose.js';
export { allocateValues } from './values/allocate.js';
export * from './values/convert.js';
export * from './values/half.js';
export { rawValues } from './values/raw.js';
