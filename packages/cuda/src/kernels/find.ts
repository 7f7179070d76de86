import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Names another folder of compiled kernels. */
const FOLDER_VARIABLE = 'SPARSEK_CUBINS';

export type KernelSearch =
  | { readonly found: true; readonly folder: string }
  | { readonly found: false; readonly reason: string };

/** The folder of compiled kernels: beside the built package, or beside its sources. */
export function findKernels(): KernelSearch {
  const named = process.env[FOLDER_VARIABLE];
  const folders =
    named !== undefined
      ? [named]
      : ['../cubins', '../../cubins'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const folder = folders.find((candidate) => existsSync(join(candidate, 'manifest.json')));
  if (folder !== undefined) return { found: true, folder };
  const where = named !== undefined ? `in ${named}, which ${FOLDER_VARIABLE} names` : 'in this installation';
  return {
    found: false,
    reason:
      `there are no compiled kernels ${where}; in a checkout install CUDA 12.8 or newer (nvcc) and run ` +
      '"npm run build"',
  };
}
