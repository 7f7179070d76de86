import { createRequire } from 'node:module';
import type { NativeBinding } from './binding.js';

export type AddonSearch =
  | { readonly found: true; readonly binding: NativeBinding }
  | { readonly found: false; readonly reason: string };

let search: AddonSearch | undefined;

/** The addon of this platform, or why there is none. Loaded once for each thread that runs JavaScript. */
export function findAddon(): AddonSearch {
  search ??= load();
  return search;
}

function load(): AddonSearch {
  const target = `${process.platform}-${process.arch}`;
  if (target !== 'linux-x64') {
    return { found: false, reason: `it needs Linux on x64, and this is ${target}` };
  }
  const require = createRequire(import.meta.url);
  try {
    // A literal name, so that bundlers can follow it.
    return { found: true, binding: require('@sparsek/cuda-linux-x64-gnu') as NativeBinding };
  } catch (error) {
    return { found: false, reason: explain(error) };
  }
}

function explain(error: unknown): string {
  const message = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
  const missing = error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
  if (!missing) return `its native addon could not be loaded: ${message}`;
  if (!hasGlibc()) return 'its native addon needs glibc, which this system does not have';
  return (
    'its native addon is missing; install it with "npm install @sparsek/cuda-linux-x64-gnu" ' +
    '(optional dependencies must not be left out), or in a checkout run "npm run build"'
  );
}

function hasGlibc(): boolean {
  const report: unknown = process.report?.getReport();
  if (typeof report !== 'object' || report === null || !('header' in report)) return true;
  const { header } = report;
  return typeof header === 'object' && header !== null && 'glibcVersionRuntime' in header;
}
