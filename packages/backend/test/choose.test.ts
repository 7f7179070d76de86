import { type Availability, type Backend, type BackendName, BackendUnavailableError } from '@sparsek/types';
import { describe, expect, it } from 'vitest';
import { explainFrom, openFrom, requested } from '../src/choose.js';
import type { Provider } from '../src/provider.js';

/** A provider of a backend that can tell its name and nothing else. */
function provider(name: BackendName, reason?: string, opening?: Error): Provider {
  const availability: Availability = reason
    ? { available: false, reason }
    : { available: true, device: name };
  return {
    name,
    availability: async () => availability,
    open: async () => {
      if (opening) throw opening;
      return { name } as Backend;
    },
  };
}

const noGpu = [provider('cuda', 'libcuda.so.1 was not found'), provider('cpu'), provider('reference')];

describe('openFrom', () => {
  it('takes the first available one for auto', async () => {
    expect((await openFrom(noGpu, 'auto', {})).name).toBe('cpu');
    expect((await openFrom([provider('cuda'), provider('cpu')], 'auto', {})).name).toBe('cuda');
    const bare = [provider('cuda', 'x'), provider('cpu', 'y'), provider('reference')];
    expect((await openFrom(bare, 'auto', {})).name).toBe('reference');
  });

  it('goes on when an available backend turns out not to open, but not when it breaks', async () => {
    const busy = provider(
      'cuda',
      undefined,
      new BackendUnavailableError('cuda', 'the device is in exclusive mode'),
    );
    expect((await openFrom([busy, provider('cpu')], 'auto', {})).name).toBe('cpu');
    const broken = provider('cuda', undefined, new Error('out of luck'));
    await expect(openFrom([broken, provider('cpu')], 'auto', {})).rejects.toThrow('out of luck');
  });

  it('never replaces a backend asked for by name', async () => {
    const error = await openFrom(noGpu, 'cuda', {}).catch((caught: unknown) => caught);
    expect(BackendUnavailableError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({
      backend: 'cuda',
      message: 'The cuda backend is not available: libcuda.so.1 was not found',
    });
  });

  it('says all reasons when nothing works', async () => {
    const none = [provider('cuda', 'no driver'), provider('cpu', 'no addon')];
    await expect(openFrom(none, 'auto', {})).rejects.toThrow(/no driver.*no addon/);
  });
});

describe('requested', () => {
  it('lets the environment override auto only', () => {
    expect(requested('auto', 'reference', noGpu)).toBe('reference');
    expect(requested('auto', 'auto', noGpu)).toBe('auto');
    expect(requested('auto', '', noGpu)).toBe('auto');
    expect(requested('cpu', 'reference', noGpu)).toBe('cpu');
  });

  it('names the variable that holds an unknown backend', () => {
    expect(() => requested('auto', 'gpu', noGpu)).toThrow(
      'Expected one of auto, cuda, cpu, reference for SPARSEK_BACKEND but received "gpu"',
    );
  });

  it('refuses an unknown name', () => {
    expect(() => requested('metal' as BackendName, undefined, noGpu)).toThrow(
      /for backend but received "metal"/,
    );
  });
});

describe('explainFrom', () => {
  it('lists every backend and marks the one that auto takes', async () => {
    expect(await explainFrom(noGpu, 'auto', {})).toEqual([
      {
        name: 'cuda',
        availability: { available: false, reason: 'libcuda.so.1 was not found' },
        chosen: false,
      },
      { name: 'cpu', availability: { available: true, device: 'cpu' }, chosen: true },
      { name: 'reference', availability: { available: true, device: 'reference' }, chosen: false },
    ]);
  });
});
