import { type Backend, DTYPES, type Dtype, OPERATIONS, type OperationName } from '@sparsek/types';
import type { AttentionCase, Case, SpmmCase } from '../cases/case.js';
import { drawBitmaps, sharedMask, stored } from '../cases/masks.js';
import { pattern, randomly } from '../cases/patterns.js';
import { DISPOSE } from '../dispose.js';
import type { CheckResult } from './check-case.js';
import { SMALL } from './small-cases.js';
import { type PlannedTrial, trialOf } from './trial.js';

/** The same bits, run after run, while the device has other work. */
export interface RepeatCheck {
  readonly operation: OperationName;
  readonly name: string;
  readonly run: (backend: Backend, openAnother?: () => Promise<Backend>) => Promise<CheckResult>;
}

const REPEATS = 100;

/** Runs in flight at a time, of the repeated work and of the load. */
const IN_FLIGHT = 4;

export function repeatChecks(): RepeatCheck[] {
  return OPERATIONS.flatMap((operation) =>
    DTYPES.map((dtype) => ({
      operation,
      name: `${operation} ${dtype}: the same bits ${REPEATS} times under load`,
      run: async (backend, openAnother) => {
        if (!backend.supports(operation, dtype)) {
          return { status: 'skipped', reason: `${backend.name} has no ${operation} for ${dtype}` };
        }
        try {
          return await repeat(backend, caseOf(operation, dtype), openAnother);
        } catch (error) {
          return { status: 'failed', reason: error instanceof Error ? error.message : String(error) };
        }
      },
    })),
  );
}

async function repeat(
  backend: Backend,
  testCase: Case,
  openAnother: (() => Promise<Backend>) | undefined,
): Promise<CheckResult> {
  using another = openAnother === undefined ? undefined : await openAnother();
  const trial = trialOf(testCase);
  using plan = await trial.plan(backend);
  const loads = await Promise.all(
    [backend, ...(another === undefined ? [] : [another])].map((on, n) =>
      trialOf({ ...testCase, seed: testCase.seed + 1 + n }).plan(on),
    ),
  );
  const load = startLoad(loads);
  try {
    const first = await plan.run('new');
    const failure = first.fault ?? trial.compare(first.numbers).find(({ ok }) => !ok)?.failure;
    if (failure !== undefined) return { status: 'failed', reason: failure };
    for (let done = 0; done < REPEATS; done += IN_FLIGHT) {
      const runs = await Promise.all(Array.from({ length: IN_FLIGHT }, () => plan.run('new')));
      for (const [n, { numbers }] of runs.entries()) {
        const e = numbers.findIndex((x, i) => !Object.is(x, first.numbers[i]));
        if (e < 0 && numbers.length === first.numbers.length) continue;
        const reason = `run ${done + n + 2}: number ${e} was ${first.numbers[e]} before and is ${numbers[e]} now`;
        return { status: 'failed', reason };
      }
    }
    return { status: 'passed' };
  } finally {
    await load.stop();
    for (const plan of loads) plan[DISPOSE]();
  }
}

/** Runs plans again and again until it is stopped. */
function startLoad(plans: readonly PlannedTrial[]): { stop(): Promise<void> } {
  let stopped = false;
  const keepBusy = async (plan: PlannedTrial) => {
    while (!stopped) await Promise.all(Array.from({ length: IN_FLIGHT }, () => plan.run('new')));
  };
  const busy = Promise.all(plans.map(keepBusy));
  // A failure is told by `stop`, which is always called.
  busy.catch(() => undefined);
  return {
    async stop() {
      stopped = true;
      await busy;
    },
  };
}

/** Large enough for several tiles of every kernel, and for sums that are split. */
function caseOf(operation: OperationName, dtype: Dtype): Case {
  if (operation === 'attention') return { ...ATTENTION, dtype };
  if (operation === 'spmm') return { ...SPMM, dtype };
  return { ...SMALL[operation], dtype };
}

const LENGTHS = [300, 400] as const;
const ATTENTION: AttentionCase = {
  ...SMALL.attention,
  name: 'repeated',
  heads: 4,
  kvHeads: 2,
  headDim: 64,
  sinks: {},
  sampledRows: 64,
  mask: sharedMask(
    LENGTHS,
    [64, 64],
    stored(LENGTHS, [64, 64], randomly(5, 0.6), {
      fillOf: (p) => p % 4,
      clauses: [{ diagonal: [null, 0] }],
      bitmaps: drawBitmaps(5, [64, 64], 2),
    }),
  ),
};

const SPMM: SpmmCase = {
  ...SMALL.spmm,
  name: 'repeated',
  pattern: pattern([512, 512], [64, 64], randomly(6, 0.5)),
  denseExtent: 136,
};
