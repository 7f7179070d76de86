import { describe, expect, it } from 'vitest';
import { expandBraces, healthProblems, parsePtxas, staleFiles } from '../build-cubins.mjs';

const LOG = `
ptxas info    : Compiling entry function 'fast_a' for 'sm_90a'
ptxas info    : Function properties for fast_a
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 168 registers, used 7 barriers
ptxas info    : (C7519) warpgroup.arrive is injected in around line 12 by compiler in function 'fast_a'
ptxas info    : Compiling entry function 'fast_b' for 'sm_90a'
ptxas info    : Function properties for fast_b
    16 bytes stack frame, 12 bytes spill stores, 8 bytes spill loads
ptxas info    : Used 40 registers, used 1 barriers, 16 bytes cumulative stack size, 8192 bytes smem
`;

describe('build-cubins', () => {
  it('expands braces as a shell does', () => {
    expect(expandBraces('k_{1,2}_{x,y}')).toEqual(['k_1_x', 'k_1_y', 'k_2_x', 'k_2_y']);
    expect(expandBraces('plain')).toEqual(['plain']);
  });

  it('reads registers, spills and shared memory of every kernel', () => {
    const { kernels, advisories } = parsePtxas(LOG);
    expect(kernels).toEqual([
      {
        name: 'fast_a',
        target: 'sm_90a',
        stackBytes: 0,
        spillBytes: 0,
        registers: 168,
        barriers: 7,
        staticSharedBytes: 0,
      },
      {
        name: 'fast_b',
        target: 'sm_90a',
        stackBytes: 16,
        spillBytes: 20,
        registers: 40,
        barriers: 1,
        staticSharedBytes: 8192,
      },
    ]);
    expect(advisories).toHaveLength(1);
  });

  it('rejects spills only in hot modules, and kernels that the manifest does not name', () => {
    const report = parsePtxas(LOG);
    expect(healthProblems({ kernels: ['fast_{a,b}'] }, report)).toEqual([]);
    expect(healthProblems({ kernels: ['fast_{a,b}'], hot: true }, report)).toEqual([
      'fast_b: 20 bytes of register spills',
      'fast_b: a stack frame of 16 bytes',
    ]);
    expect(healthProblems({ kernels: ['fast_{a,c}'] }, report)).toEqual([
      'fast_c: in the manifest but not in the source',
      'fast_b: in the source but not in the manifest',
    ]);
  });

  it('finds kernels that the manifest no longer names, and leaves other files alone', () => {
    const modules = [
      { name: 'one', target: 'sm_90a' },
      { name: 'two', target: 'portable' },
    ];
    const present = [
      'one.cubin',
      'two.fatbin',
      'two.cubin',
      'three.fatbin',
      'manifest.json',
      'one.cubin.tmp7',
    ];
    expect(staleFiles(present, modules)).toEqual(['two.cubin', 'three.fatbin']);
  });

  it('rejects serialised wgmma and ignored register hints, not advisories about injected waits', () => {
    const serialised =
      'ptxas info : (C7510) Potential Performance Loss: wgmma.mma_async instructions are serialized';
    const module = { kernels: ['fast_{a,b}'] };
    expect(healthProblems(module, parsePtxas(`${LOG}${serialised}\n`))).toEqual([serialised]);
    for (const code of ['C7504', 'C7508', 'C7515', 'C7518', 'C7520']) {
      expect(healthProblems(module, parsePtxas(`${LOG}ptxas warning : (${code}) text\n`))).toHaveLength(1);
    }
    for (const code of ['C7517', 'C7519']) {
      expect(healthProblems(module, parsePtxas(`${LOG}ptxas info : (${code}) text\n`))).toEqual([]);
    }
  });
});
