import { afterEach, describe, expect, it, vi } from 'vitest';
import { explainBackends, openBackend, resolveBackend, sharedBackend } from '../src/index.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('openBackend', () => {
  it('opens the reference by name, marked as slow', async () => {
    const backend = await openBackend('reference');
    expect(backend.name).toBe('reference');
    expect(backend.device).toMatch(/slow/);
    backend[Symbol.dispose]();
  });

  it('follows SPARSEK_BACKEND for auto', async () => {
    vi.stubEnv('SPARSEK_BACKEND', 'reference');
    expect((await openBackend()).name).toBe('reference');
    vi.stubEnv('SPARSEK_BACKEND', 'abacus');
    await expect(openBackend()).rejects.toThrow(/SPARSEK_BACKEND but received "abacus"/);
  });

  it('opens something on every machine', async () => {
    const chosen = (await explainBackends()).find((entry) => entry.chosen);
    expect((await openBackend('auto')).name).toBe(chosen?.name);
  });
});

describe('sharedBackend', () => {
  it('opens one backend a name and process', async () => {
    const [first, second] = await Promise.all([sharedBackend('reference'), sharedBackend('reference')]);
    expect(second).toBe(first);
    expect(await resolveBackend('reference')).toBe(first);
    expect(await resolveBackend(first)).toBe(first);
  });
});
