import { describe, expect, it } from 'vitest';
import { interleave } from '../src/runner/interleave.js';

/** A competitor that takes the given times in turn and notes each call. */
function scripted(name: string, times: readonly number[], log: string[]) {
  let call = 0;
  return async () => {
    log.push(name);
    return times[Math.min(call++, times.length - 1)]!;
  };
}

describe('interleave', () => {
  it('takes turns after everyone has warmed up', async () => {
    const log: string[] = [];
    const times = await interleave([scripted('a', [10], log), scripted('b', [20], log)], {
      minRounds: 3,
      maxRounds: 3,
    });
    expect(log.join('')).toBe('aabb' + 'ababab');
    expect(times).toEqual([
      [10, 10, 10],
      [20, 20, 20],
    ]);
  });

  it('runs each once untimed after another, when asked, but not after itself', async () => {
    const log: string[] = [];
    const a = scripted('a', [10], log);
    const b = scripted('b', [20], log);
    const times = await interleave([a, b, a], { minRounds: 2, maxRounds: 2, rewarm: true });
    expect(log.join('')).toBe('aabbaa' + 'abbaa' + 'abbaa');
    expect(times).toEqual([
      [10, 10],
      [20, 20],
      [10, 10],
    ]);
  });

  it('warms up until two runs agree, and never counts a warm-up', async () => {
    const log: string[] = [];
    const [times] = await interleave([scripted('a', [100, 50, 20, 20, 7], log)], {
      minRounds: 2,
      maxRounds: 2,
    });
    expect(log).toHaveLength(6);
    expect(times).toEqual([7, 7]);
  });

  it('gives up warming a noisy competitor', async () => {
    const log: string[] = [];
    await interleave([scripted('a', [1, 2, 4, 8, 16, 32, 64], log)], { minRounds: 1, maxRounds: 1 });
    expect(log).toHaveLength(7);
  });

  it('stops at the budget once it has the fewest rounds', async () => {
    const [times] = await interleave([async () => 30], { minRounds: 2, maxRounds: 100, budgetMs: 100 });
    expect(times).toHaveLength(4);
  });

  it('stops when it is aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const run = async () => {
      controller.abort(reason);
      return 1;
    };
    await expect(interleave([run], { signal: controller.signal })).rejects.toBe(reason);
  });
});
