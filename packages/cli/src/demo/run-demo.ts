import { describeMachine, type MachineDescription } from '@sparsek/bench';
import type { Backend, RunOptions } from '@sparsek/types';
import { type AttentionFigure, runAttentionStudy } from './attention-study.js';
import { loadSentenceModel } from './model/weights.js';
import { type PruningStudy, runPruningStudy } from './pruning-study.js';

export interface DemoResult {
  readonly device: string;
  readonly machine: MachineDescription;
  readonly pruning: PruningStudy;
  readonly attention: readonly AttentionFigure[];
  /** Wall time of the whole demo. */
  readonly seconds: number;
}

/** Share of the demo's time that the first study takes, for the progress display. */
const PRUNING_SHARE = 0.3;

/**
 * The main job end to end: real weights, real sentences, published masks.
 *
 * @throws BackendUnavailableError when the model's package is not installed.
 */
export async function runDemo(backend: Backend, options: RunOptions = {}): Promise<DemoResult> {
  const { onProgress, signal } = options;
  const start = performance.now();
  const model = await loadSentenceModel();
  const withProgress = (from: number, to: number): RunOptions => ({
    ...(signal ? { signal } : {}),
    onProgress: (share) => onProgress?.(from + share * (to - from)),
  });
  const pruning = await runPruningStudy(model, backend, withProgress(0, PRUNING_SHARE));
  const attention = await runAttentionStudy(backend, withProgress(PRUNING_SHARE, 1));
  const seconds = (performance.now() - start) / 1000;
  return { device: backend.device, machine: describeMachine(), pruning, attention, seconds };
}
