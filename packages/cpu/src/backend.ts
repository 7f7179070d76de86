import { availableParallelism, cpus } from 'node:os';
import {
  type Availability,
  type Backend,
  BackendUnavailableError,
  DisposedError,
  DTYPES,
  InvalidArgumentError,
  OPERATIONS,
} from '@sparsek/types';
import { loadAddon } from './load-addon.js';
import { planAttention } from './operations/attention.js';
import { planSddmm } from './operations/sddmm.js';
import { planSpgemm } from './operations/spgemm.js';
import { planSpmm } from './operations/spmm.js';
import { planSpmm24 } from './operations/spmm24.js';
import type { BackendState } from './plan.js';

/** `generic` is plain C++ for any machine; the others need the processor's support. */
export type InstructionSet = 'generic' | 'avx2' | 'avx512' | 'neon';

export interface CpuOptions {
  /** Threads that a run may use, 1 to 256. Default: as many as the process may run on. */
  readonly threads?: number;
  /** Default `auto`: the fastest that this machine has. */
  readonly instructionSet?: InstructionSet | 'auto';
  /**
   * Whether plans and runs of some ten microseconds are computed on the calling thread, which takes less time than waking
   * another one and the event loop. Default true.
   */
  readonly inPlace?: boolean;
}

const MOST_THREADS = 256;

const LABELS: Readonly<Record<InstructionSet, string>> = {
  generic: 'generic code',
  avx2: 'AVX2',
  avx512: 'AVX-512',
  neon: 'NEON',
};

/** Whether the CPU backend can be used here, and on what; never throws. */
export function cpuAvailability(): Availability {
  const result = loadAddon();
  if (result.addon === undefined) return { available: false, reason: result.reason };
  return { available: true, device: describeDevice(availableParallelism(), instructionSets()[0]!) };
}

/** The instruction sets that `openCpuBackend` accepts on this machine, the fastest first; none without the addon. */
export function instructionSets(): InstructionSet[] {
  const names = loadAddon().addon?.instructionSets() ?? [];
  return names.filter((name): name is InstructionSet => name in LABELS);
}

/**
 * Opens the CPU backend. All backends of a process share one pool of threads, so that the event loop is not blocked for
 * longer than handing work over would take.
 * While a run is in flight, do not transfer or detach the buffers that it reads or writes.
 *
 * @throws BackendUnavailableError when no native addon fits this machine; it lists what was tried and what would help.
 * @throws InvalidArgumentError for a thread count or instruction set that this machine does not have.
 */
export function openCpuBackend(options: CpuOptions = {}): Backend {
  const { addon, ...failure } = loadAddon();
  if (addon === undefined) {
    throw new BackendUnavailableError('cpu', 'reason' in failure ? failure.reason : 'unknown');
  }
  const threads = options.threads ?? availableParallelism();
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new InvalidArgumentError('threads', `an integer from 1 to ${MOST_THREADS}`, threads);
  }
  const known = instructionSets();
  const wanted = options.instructionSet ?? 'auto';
  const instructionSet = wanted === 'auto' ? known[0]! : wanted;
  if (!known.includes(instructionSet)) {
    throw new InvalidArgumentError('instructionSet', `auto, ${known.join(' or ')} (on this machine)`, wanted);
  }
  const { inPlace = true } = options;
  if (typeof inPlace !== 'boolean') throw new InvalidArgumentError('inPlace', 'true or false', inPlace);
  const state: BackendState = { addon, threads, instructionSet, inPlace, disposed: false };

  /** Runs in an async function, so that every error is a rejection. */
  async function plan<P>(make: () => Promise<P>): Promise<P> {
    if (state.disposed) throw new DisposedError('The CPU backend was disposed; open a new one');
    return make();
  }

  return {
    name: 'cpu',
    device: describeDevice(threads, instructionSet),
    supports: (operation, dtype) =>
      OPERATIONS.some((known) => known === operation) && DTYPES.some((known) => known === dtype),
    planSpmm: (problem, planOptions) => plan(() => planSpmm(state, problem, planOptions)),
    planSddmm: (problem, planOptions) => plan(() => planSddmm(state, problem, planOptions)),
    planSpgemm: (problem, planOptions) => plan(() => planSpgemm(state, problem, planOptions)),
    planSpmm24: (problem, planOptions) => plan(() => planSpmm24(state, problem, planOptions)),
    planAttention: (problem, planOptions) => plan(() => planAttention(state, problem, planOptions)),
    [Symbol.dispose]() {
      state.disposed = true;
    },
  };
}

function describeDevice(threads: number, instructionSet: InstructionSet): string {
  const model = cpus()[0]?.model.trim() || process.arch;
  return `${model}, ${threads} ${threads === 1 ? 'thread' : 'threads'}, ${LABELS[instructionSet]}`;
}
