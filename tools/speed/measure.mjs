// The CPU backend's kernels against two yardsticks of the same run, so that no figure depends on the machine's clock:
// the backend's own run of the whole dense problem, and its generic code.
import { fileURLToPath } from 'node:url';
import { compileMask, sink } from '@sparsek/attention';
import { compareReports, isRegression, loadSuite, runSuite, sparsekContestant } from '@sparsek/bench';
import { randomPattern, withValues } from '@sparsek/bsr';
import { instructionSets, openCpuBackend } from '@sparsek/cpu';

export const CASES = fileURLToPath(new URL('cases.json', import.meta.url));

/**
 * Yardsticks by name, with the smallest change that counts. The dense run uses the same instructions and caches, so its
 * ratio is much the same everywhere, and it shows what sparsity costs. Generic code shows what the instructions bring; how
 * far they lead differs by a factor of two between processors, so that it counts for more on the kind that was recorded.
 */
const DENSE_RUN = 'dense run';
const GENERIC_CODE = 'generic code';
const TOLERANCES = { [DENSE_RUN]: 1, [GENERIC_CODE]: 2 };
const SAME_PROCESSOR = { [DENSE_RUN]: 1, [GENERIC_CODE]: 0.6 };

const VERSION = 'checkout';
/** One thread: what the other tests leave free of the machine then matters least. */
const THREADS = 1;
const DURATION = { minRounds: 9, maxRounds: 25, budgetMs: 500 };

/** The instruction sets here that have something to be compared with. */
export const vectorSets = () => instructionSets().filter((set) => set !== 'generic');

/**
 * A report of every case with one instruction set.
 *
 * @param change - Wraps the contestant under test, as a test does that slows it.
 */
export async function measure(instructionSet, { change = (contestant) => contestant, signal } = {}) {
  const vector = openCpuBackend({ threads: THREADS, instructionSet });
  const generic = openCpuBackend({ threads: THREADS, instructionSet: 'generic' });
  const contestants = [
    change(sparsekContestant(vector, VERSION)),
    denseRun(sparsekContestant(vector, VERSION)),
    { ...sparsekContestant(generic, VERSION), name: GENERIC_CODE },
  ];
  const options = { ...DURATION, rewarm: true, command: 'node tools/speed.mjs --record' };
  try {
    return await runSuite(await loadSuite(CASES), contestants, { ...options, ...(signal ? { signal } : {}) });
  } finally {
    for (const backend of [vector, generic]) backend[Symbol.dispose]();
  }
}

/**
 * What became slower than recorded by more than is allowed, wrong or missing, as lines to read.
 *
 * @param sameProcessor - Whether both were measured on one kind of processor.
 * @param sameCompiler - Whether both were built by one kind of compiler. Else generic code is no yardstick: one compiler
 *   makes vectors of loops that another does not.
 */
export function regressions(before, after, { sameProcessor = false, sameCompiler = false } = {}) {
  const tolerances = Object.entries(sameProcessor ? SAME_PROCESSOR : TOLERANCES);
  const yardsticks = tolerances.filter(([peer]) => sameCompiler || peer !== GENERIC_CODE);
  return yardsticks.flatMap(([peer, tolerance]) =>
    compareReports(undisturbed(before), undisturbed(after), { tolerance, peer })
      .filter(isRegression)
      .map(({ name, change, ratio, note }) => {
        const speed = ratio === undefined ? '' : ` (${ratio.toFixed(2)} of the recorded speed)`;
        return `${name}: ${change}${speed}, ${note}`;
      }),
  );
}

/** The report by the shortest times: what else a machine does only ever adds to them. */
function undisturbed(report) {
  const results = report.results.map((result) => {
    const own = result.contestants[0]?.timing?.min;
    return { ...result, contestants: result.contestants.map((contestant) => shortest(contestant, own)) };
  });
  return { ...report, results };
}

function shortest(contestant, own) {
  const { timing } = contestant;
  if (timing === undefined || own === undefined) return contestant;
  return { ...contestant, timing: { ...timing, median: timing.min, spread: 0 }, timeRatio: timing.min / own };
}

/** The same backend on the whole dense problem: every block stored, every key visible. */
function denseRun(contestant) {
  return {
    ...contestant,
    name: DENSE_RUN,
    async prepare(benchCase, data, ...rest) {
      const whole = data.operation === 'spmm' ? denseProduct(data) : denseAttention(data);
      const prepared = await contestant.prepare(benchCase, whole, ...rest);
      // Its result is that of another problem, which the check must not see.
      return { ...prepared, result: undefined };
    },
  };
}

function denseProduct({ a, ...data }) {
  const { shape, blockShape, dtype } = a;
  const pattern = randomPattern({ shape, blockShape, density: 1, seed: 1 });
  return { ...data, a: withValues(pattern, { seed: 1, dtype }) };
}

function denseAttention({ mask, ...data }) {
  const { queryLength, keyLength, blockShape } = mask;
  // Every key is a sink.
  return { ...data, mask: compileMask(sink(keyLength), { queryLength, keyLength, blockShape }) };
}
