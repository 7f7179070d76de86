import { describeMachine, type MachineDescription } from '@sparsek/bench';
import type { Backend, RunOptions } from '@sparsek/types';
import { type AttentionFigure, runAttentionStudy } from './attention-study.js';
import { loadSentenceModel } from './model/weights.js';
import { type PruningStudy, type PruningVariants, runPruningStudy } from './pruning-study.js';

export interface DemoResult {
  readonly device: string;
  readonly machine: MachineDescription;
  readonly pruning: PruningStudy;
  readonly attention: readonly AttentionFigure[];
  /** Wall time of the whole demo. */
  readonly seconds: number;
}

export interface DemoScope {
  readonly pruning: PruningVariants;
  /** Lengths of the contexts that attention runs over, in tokens. */
  readonly lengths: readonly number[];
}

const WHOLE: DemoScope = {
  pruning: { blockSizes: [16, 32, 64], densities: [0.75, 0.5, 0.25, 0.125] },
  lengths: [8192, 32768],
};

/** Share of the demo's time that the first study takes, for the progress display. */
const PRUNING_SHARE = 0.3;

/**
 * The main job end to end: real weights, real sentences, published masks.
 *
 * @throws SparsekError (`BACKEND_UNAVAILABLE`) when the model's package is not installed.
 */
export async function runDemo(
  backend: Backend,
  options: RunOptions = {},
  scope: DemoScope = WHOLE,
): Promise<DemoResult> {
  const { onProgress, signal } = options;
  const start = performance.now();
  const model = await loadSentenceModel();
  const withProgress = (from: number, to: number): RunOptions => ({
    ...(signal ? { signal } : {}),
    onProgress: (share) => onProgress?.(from + share * (to - from)),
  });
  const pruning = await runPruningStudy(model, backend, scope.pruning, withProgress(0, PRUNING_SHARE));
  const attention = await runAttentionStudy(backend, scope.lengths, withProgress(PRUNING_SHARE, 1));
  const seconds = (performance.now() - start) / 1000;
  return { device: backend.device, machine: describeMachine(), pruning, attention, seconds };
}
