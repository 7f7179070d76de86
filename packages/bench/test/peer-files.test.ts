import { afterEach, expect, it, vi } from 'vitest';
import { makeCaseData } from '../src/case/data.js';
import { createPeerFiles } from '../src/peers/peer-files.js';
import { spmmCase } from './cases.js';

afterEach(() => vi.unstubAllEnvs());

it('a peer is told that nothing can be stored, and there is nothing to remove', async () => {
  vi.stubEnv('TMPDIR', '/no-such-folder');
  await using files = createPeerFiles();
  await expect(files.inputs(makeCaseData(spmmCase), 'dense')).rejects.toThrow(
    'no folder can be made for temporary files in /no-such-folder (ENOENT)',
  );
});
