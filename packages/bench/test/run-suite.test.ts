import { type Backend, InvalidArgumentError } from '@sparsek/types';
import { referenceBackend } from '@sparsek/validator';
import { describe, expect, it } from 'vitest';
import { slowedBackend, wrongBackend } from '../../../tools/config/changed-backends.js';
import type { CaseData } from '../src/case/data.js';
import type { BenchCase } from '../src/case/schema.js';
import type { DeviceWatch } from '../src/machine/device-watch.js';
import { compareReports, isRegression } from '../src/report/compare.js';
import { benchReportSchema } from '../src/report/schema.js';
import type { Contestant, PrepareOptions, ResultRows } from '../src/runner/contestant.js';
import { runSuite } from '../src/runner/run-suite.js';
import { sparsekContestant } from '../src/runner/sparsek-contestant.js';
import { attentionCase, convertCase, QUICK, spmmCase, suite } from './cases.js';

const tiny = suite(spmmCase, attentionCase, convertCase);
const reference = () => sparsekContestant(referenceBackend(), '1');

/** A peer that always takes the same time and notes what happens to it. */
function scripted(name: string, ms: number, log: string[] = []): Contestant {
  return {
    name,
    version: '0',
    async prepare() {
      log.push('prepare');
      return {
        run: async () => {
          log.push('run');
          return ms;
        },
        [Symbol.asyncDispose]: async () => void log.push('dispose'),
      };
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** A peer that works three times, and notes that it was disposed. */
function breakingContestant(disposed: () => void = () => undefined): Contestant {
  let runs = 0;
  return {
    ...scripted('breaking', 1),
    prepare: async () => ({
      run: async () => {
        if (++runs > 3) throw new Error('lost the device');
        return 1;
      },
      [Symbol.asyncDispose]: async () => disposed(),
    }),
  };
}

/** A contestant whose results are changed on their way to the check. */
function resultsChanged(
  { prepare, ...rest }: Contestant,
  change: (found: ResultRows) => ResultRows,
): Contestant {
  return {
    ...rest,
    async prepare(benchCase: BenchCase, data: CaseData, options: PrepareOptions) {
      const prepared = await prepare(benchCase, data, options);
      if ('skipped' in prepared) return prepared;
      return { ...prepared, result: async (wanted) => change(await prepared.result!(wanted)) };
    },
  };
}

describe('runSuite', () => {
  it('times and checks every case, and gives a report that fits its schema', async () => {
    const seen: string[] = [];
    const shares: number[] = [];
    const report = await runSuite(tiny, [reference()], {
      ...QUICK,
      command: 'test',
      onResult: (result) => seen.push(result.case.name),
      onProgress: (share) => shares.push(share),
    });
    expect(benchReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(report).toMatchObject({ suite: 'tiny', command: 'test' });
    expect(seen).toEqual(['product', 'attention', 'conversion']);
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    const [product, attention, conversion] = report.results.map(({ contestants }) => contestants[0]!);
    expect(product).toMatchObject({ name: 'sparsek reference', timeRatio: 1, check: { passed: true } });
    expect(product!.check!.rows).toBeGreaterThan(3);
    expect(product!.timing!.runs).toBe(3);
    expect(attention!.check).toMatchObject({ passed: true, rows: 24 });
    expect(conversion!.check).toMatchObject({ passed: true, error: 0, bound: 0, rows: 24 });
    expect(conversion!.gigabytesPerSecond).toBeGreaterThan(0);
  });

  it('counts work on stored blocks and visible pairs only', async () => {
    const { results } = await runSuite(tiny, [scripted('peer', 2)], QUICK);
    const [product, attention] = results;
    // 72 rows in 5 block rows of 4 block columns at half density: 2 stored blocks a row.
    expect(product!.usefulFlops).toBe(2 * (72 * 2 * 16) * 24);
    expect(product!.denseFlops).toBe(2 * 72 * 64 * 24);
    expect(product!.contestants[0]!.usefulTflops).toBeCloseTo(product!.usefulFlops / 2e-3 / 1e12, 12);
    const pairs = 32 * 96 - (32 * 31) / 2;
    expect(attention!.usefulFlops).toBe(4 * 2 * pairs * 16);
    expect(attention!.density).toBeCloseTo(pairs / 96 ** 2, 12);
  });

  it('reports peers by paired ratio, and those that do not take part with the reason', async () => {
    const skipper: Contestant = { ...scripted('lazy', 1), prepare: async () => ({ skipped: 'no GPU' }) };
    const contestants = [scripted('own', 2), scripted('peer', 6), skipper] as const;
    const [result] = (await runSuite(suite(spmmCase), contestants, QUICK)).results;
    expect(result!.contestants.map(({ name, timeRatio, skipped }) => [name, timeRatio, skipped])).toEqual([
      ['own', 1, undefined],
      ['peer', 3, undefined],
      ['lazy', undefined, 'no GPU'],
    ]);
    expect(result!.noise).toBe(0);
  });

  it('keeps the one under test first, even where it is skipped', async () => {
    const own: Contestant = { ...scripted('own', 1), prepare: async () => ({ skipped: 'no kernel' }) };
    const [result] = (await runSuite(suite(spmmCase), [own, scripted('peer', 2)], QUICK)).results;
    expect(
      result!.contestants.map(({ name, timing, timeRatio }) => [name, timing?.median, timeRatio]),
    ).toEqual([
      ['own', undefined, undefined],
      // There is nobody whom it takes as long as.
      ['peer', 2, undefined],
    ]);
  });

  it('goes on without a peer that fails where the one under test is skipped', async () => {
    const own: Contestant = { ...scripted('own', 1), prepare: async () => ({ skipped: 'no kernel' }) };
    const breaking = breakingContestant();
    const contestants = [own, breaking, scripted('steady', 4)] as const;
    const [result] = (await runSuite(suite(spmmCase), contestants, QUICK)).results;
    expect(result!.contestants.map(({ name, skipped, timing }) => [name, skipped ?? timing?.median])).toEqual(
      [
        ['own', 'no kernel'],
        ['breaking', 'lost the device'],
        ['steady', 4],
      ],
    );
  });

  it('gives no rates for calls and plans, whose work is not what was timed', async () => {
    const cases = suite({ ...spmmCase, measure: 'call' });
    const [result] = (await runSuite(cases, [reference()], QUICK)).results;
    expect(result!.contestants[0]).not.toHaveProperty('usefulTflops');
    expect(result!.contestants[0]!.check!.passed).toBe(true);
  });

  it('releases what was prepared when the one under test fails, and passes the error on', async () => {
    const log: string[] = [];
    const failing: Contestant = {
      ...scripted('own', 1),
      async prepare() {
        return {
          run: () => Promise.reject(new Error('out of memory')),
          [Symbol.asyncDispose]: async () => void log.push('dispose'),
        };
      },
    };
    await expect(runSuite(tiny, [failing], QUICK)).rejects.toThrow('out of memory');
    expect(log).toEqual(['dispose']);
  });

  it('names the case that the one under test refuses', async () => {
    const refusing: Contestant = {
      ...scripted('own', 1),
      prepare: () => Promise.reject(new InvalidArgumentError('headDim', 'at most 256', 512)),
    };
    await expect(runSuite(tiny, [refusing], QUICK)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'product: Expected at most 256 for headDim but received 512',
    });
  });

  it('refuses a case larger than all memory before anything runs', async () => {
    const log: string[] = [];
    const huge = { ...spmmCase, name: 'huge', m: 2 ** 22, k: 2 ** 22 };
    const running = runSuite(suite(spmmCase, huge), [scripted('own', 1, log)], QUICK);
    await expect(running).rejects.toMatchObject({
      code: 'OUT_OF_MEMORY',
      message: expect.stringMatching(/^huge: Expected a case that fits this machine's memory \([\d.]+ GiB\)/),
    });
    expect(log).toEqual([]);
  });

  it('goes on without a peer that fails, when it prepares or in the middle of its turns', async () => {
    const log: string[] = [];
    const refusing: Contestant = {
      ...scripted('refusing', 1),
      prepare: () => Promise.reject(new Error('no such mask')),
    };
    const breaking = breakingContestant(() => void log.push('dispose'));
    const contestants = [scripted('own', 1), refusing, breaking, scripted('steady', 4)] as const;
    const [result] = (await runSuite(suite(spmmCase), contestants, QUICK)).results;
    expect(result!.contestants.map(({ name, skipped, timeRatio }) => [name, skipped ?? timeRatio])).toEqual([
      ['own', 1],
      ['refusing', 'no such mask'],
      ['breaking', 'lost the device'],
      ['steady', 4],
    ]);
    expect(log).toEqual(['dispose']);
  });

  it('leaves out peers that a case does not concern', async () => {
    const products: Contestant = { ...scripted('products', 1), operations: ['spmm'] };
    const silent: Contestant = {
      ...scripted('silent', 1),
      prepare: async () => ({ skipped: 'another mask', unconcerned: true }),
    };
    const cases = suite(spmmCase, attentionCase, { ...spmmCase, name: 'alone', peers: false });
    const { results } = await runSuite(cases, [scripted('own', 1), products, silent], QUICK);
    expect(results.map(({ contestants }) => contestants.map(({ name }) => name))).toEqual([
      ['own', 'products'],
      ['own'],
      ['own'],
    ]);
  });

  it("keeps to the suite's choice of peers", async () => {
    const [wanted, other] = [scripted('dense', 1), scripted('sparse', 1)];
    const chosen = { ...suite(spmmCase), peers: ['dense'] };
    const { results } = await runSuite(chosen, [reference(), other, wanted], QUICK);
    expect(results[0]!.contestants.map(({ name }) => name)).toEqual(['sparsek reference', 'dense']);
  });

  it('names the cases that its time did not suffice for', async () => {
    const report = await runSuite(tiny, [scripted('own', 1)], { ...QUICK, limitMs: -1 });
    expect(report.results).toEqual([]);
    expect(report.notRun).toEqual(tiny.cases.map(({ name }) => ({ name, reason: 'out of time' })));
    expect(benchReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  it('ends a case that takes too long after the round it is in, without further peers', async () => {
    const options = { minRounds: 7, maxRounds: 50, caseLimitMs: -1 };
    const [result] = (await runSuite(suite(spmmCase), [scripted('own', 1), scripted('peer', 1)], options))
      .results;
    expect(result!.contestants[0]!.timing!.runs).toBe(1);
    expect(result!.contestants[1]!.skipped).toBe('out of time');
  });

  it('asks for copies of inputs that would stay in the cache', async () => {
    const seen: number[] = [];
    const noting: Contestant = {
      ...scripted('own', 1),
      async prepare(_, __, { inputSets }) {
        seen.push(inputSets);
        return { run: async () => 1, [Symbol.asyncDispose]: async () => undefined };
      },
    };
    // 5 x 2 blocks of 16 x 16, their structure, and two dense matrices: about 24 KB.
    for (const cacheBytes of [0, 10_000, 60_000, 1e9]) {
      const { results } = await runSuite(suite(spmmCase), [noting], { ...QUICK, cacheBytes });
      expect(results[0]!.inputSets).toBe(seen.at(-1) === 1 ? undefined : seen.at(-1));
    }
    expect(seen).toEqual([1, 1, 6, 32]);
  });

  it('records what a watched device did', async () => {
    const state = { samples: 2, clockMhz: { median: 1500, min: 1400, max: 1600 }, throttled: ['power cap'] };
    const log: string[] = [];
    const watch: DeviceWatch = {
      begin: () => void log.push('begin'),
      end() {
        log.push('end');
        return state;
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
    const [result] = (await runSuite(suite(spmmCase), [scripted('own', 1)], { ...QUICK, watch })).results;
    expect(result!.device).toEqual(state);
    expect(log).toEqual(['begin', 'end']);
  });

  it('stops when it is aborted', async () => {
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(runSuite(tiny, [reference()], { ...QUICK, signal })).rejects.toBe(reason);
  });
});

describe('the check', () => {
  it.each<[string, (values: Float32Array) => unknown]>([
    ['one value that is half too large', (values) => values.fill(values[5]! * 1.5, 5, 6)],
    ['a NaN', (values) => values.fill(Number.NaN, 0, 1)],
    ['a last row that was never written', (values) => values.fill(0, values.length - 16)],
    ['everything shifted by one', (values) => values.copyWithin(1, 0)],
  ])('catches %s', async (_, damage) => {
    const contestant = sparsekContestant(wrongBackend(damage), 'wrong');
    const { results } = await runSuite(suite(spmmCase, attentionCase), [contestant], QUICK);
    expect(results.map(({ contestants }) => contestants[0]!.check!.passed)).toEqual([false, false]);
  });

  it('catches one element of the last row that is 0, however coarse the type', async () => {
    const pattern = { ...spmmCase.pattern, blockShape: [128, 128] as [number, number] };
    const large = { ...spmmCase, m: 512, k: 128, n: 128, dtype: 'bf16' as const, pattern };
    // The middle one by size of the last 15, so that it is a typical one.
    const last = (values: Float32Array | Uint16Array) => {
      const sizes = [...values.subarray(-15)].map((word) => word & 0x7fff);
      const middle = [...sizes].sort((a, b) => a - b)[7]!;
      values[values.length - 15 + sizes.indexOf(middle)] = 0;
    };
    const wrong = sparsekContestant(wrongBackend(last), 'wrong');
    const { results } = await runSuite(suite(large), [wrong], QUICK);
    expect(results[0]!.contestants[0]!.check!.passed).toBe(false);
  });

  it('catches a kernel that writes to its inputs, even where it does the same again and again', async () => {
    const backend = referenceBackend();
    const writing: Backend = {
      ...backend,
      planSpmm: async (problem, options) => {
        const plan = await backend.planSpmm(problem, options);
        const run: typeof plan.run = (inputs, how) => {
          inputs.dense.values.fill(0, 0, 24);
          return plan.run(inputs, how);
        };
        return { ...plan, run, [Symbol.dispose]: () => plan[Symbol.dispose]() };
      },
    };
    const { results } = await runSuite(suite(spmmCase), [sparsekContestant(writing, '1')], QUICK);
    expect(results[0]!.contestants[0]!.check!.passed).toBe(false);
  });

  it('catches an infinity outside the rows that are compared', async () => {
    const infinite = resultsChanged(reference(), (found) => ({ ...found, finite: false }));
    const { results } = await runSuite(suite(spmmCase), [infinite], QUICK);
    expect(results[0]!.contestants[0]!.check!.passed).toBe(false);
  });

  it('catches a result that is right at first and wrong after the timing', async () => {
    let results = 0;
    const turning = sparsekContestant(
      wrongBackend((values) => (++results > 2 ? values.fill(3) : values)),
      'turning',
    );
    const report = await runSuite(suite(spmmCase), [turning], QUICK);
    expect(report.results[0]!.contestants[0]!.check!.passed).toBe(false);
  });

  it('catches a conversion that changes an element', async () => {
    const changed = resultsChanged(reference(), ({ rows, finite }) => ({
      rows: rows.map((value, n) => (n === 70 ? value + 1e-6 : value)),
      finite,
    }));
    const { results } = await runSuite(suite(convertCase), [changed], QUICK);
    expect(results[0]!.contestants[0]!.check).toMatchObject({ passed: false, bound: 0 });
  });

  it('catches a result that is too short', async () => {
    const short = resultsChanged(reference(), ({ rows, finite }) => ({ rows: rows.subarray(0, -1), finite }));
    const { results } = await runSuite(suite(spmmCase, attentionCase), [short], QUICK);
    expect(results.map(({ contestants }) => contestants[0]!.check!.passed)).toEqual([false, false]);
  });

  it('checks peers as well', async () => {
    const wrong = {
      ...sparsekContestant(
        wrongBackend((values) => values.fill(1)),
        'wrong',
      ),
      name: 'peer',
    };
    const [result] = (await runSuite(suite(spmmCase), [reference(), wrong], QUICK)).results;
    expect(result!.contestants.map(({ check }) => check!.passed)).toEqual([true, false]);
  });
});

describe('compare', () => {
  const products = suite(spmmCase, attentionCase);
  const run = (contestant: Contestant) =>
    runSuite(products, [contestant], { ...QUICK, maxRounds: 5, minRounds: 5 });

  it('catches a slowed backend', async () => {
    const changes = compareReports(
      await run(reference()),
      await run(sparsekContestant(slowedBackend(20), '2')),
    );
    expect(changes.map(({ change }) => change)).toEqual(['slower', 'slower']);
    expect(changes.every(isRegression)).toBe(true);
  });

  it('catches a wrong backend', async () => {
    const wrong = sparsekContestant(
      wrongBackend((values) => values.reverse()),
      '2',
    );
    const changes = compareReports(await run(reference()), await run(wrong));
    expect(changes.map(({ change }) => change)).toEqual(['wrong', 'wrong']);
  });
});
