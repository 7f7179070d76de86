import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Names another folder of compiled kernels. */
const FOLDER_VARIABLE = 'SPARSEK_CUBINS';

/** What the kernel build writes beside the kernels; more is in it. */
interface Manifest {
  readonly modules?: readonly { readonly file: string; readonly sha256: string }[];
}

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
  if (folder === undefined) {
    const where =
      named !== undefined ? `in ${named}, which ${FOLDER_VARIABLE} names` : 'in this installation';
    return {
      found: false,
      reason:
        `there are no compiled kernels ${where}; in a checkout install CUDA 12.8 or newer (nvcc) and run ` +
        '"npm run build"',
    };
  }
  const modules = readManifest(folder);
  if (modules === undefined) {
    return { found: false, reason: `${join(folder, 'manifest.json')} is damaged; install or build again` };
  }
  const missing = modules.find(({ file }) => !existsSync(join(folder, file)));
  if (missing === undefined) return { found: true, folder };
  return {
    found: false,
    reason: `the compiled kernel ${join(folder, missing.file)} is missing; install again`,
  };
}

/** Changes with any source, flag or compiler of the compiled kernels; empty when there are none. */
export function kernelsFingerprint(): string {
  const kernels = findKernels();
  if (!kernels.found) return '';
  return createHash('sha256')
    .update(readFileSync(join(kernels.folder, 'manifest.json')))
    .digest('hex');
}

/** What is wrong with the content of the compiled kernels; undefined when every file is the one that was built. */
export function findDamage(folder: string): string | undefined {
  for (const { file, sha256 } of readManifest(folder) ?? []) {
    const path = join(folder, file);
    if (createHash('sha256').update(readFileSync(path)).digest('hex') !== sha256) {
      return `the compiled kernel ${path} is not the one that was built; install or build again`;
    }
  }
  return undefined;
}

/** undefined when it cannot be read as what the kernel build writes. */
function readManifest(folder: string): NonNullable<Manifest['modules']> | undefined {
  try {
    const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    return manifest.modules ?? [];
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
