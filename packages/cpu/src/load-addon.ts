import { createRequire } from 'node:module';
import type { NativeAddon } from './native/addon.js';
import { currentTarget, PREBUILT_TARGETS, remedyFor } from './native/target.js';

/** The `interfaceVersion` that this version of the package was written for. */
const INTERFACE_VERSION = 2;

export type LoadResult =
  | { readonly addon: NativeAddon }
  | { readonly addon?: undefined; readonly reason: string };

let loaded: LoadResult | undefined;

/** Loads the addon once; when it cannot, says which places were tried, what each answered, and what would help. */
export function loadAddon(): LoadResult {
  if (loaded === undefined) {
    const target = currentTarget();
    loaded = loadFirst(target, candidatesFor(target));
  }
  return loaded;
}

/** One place where the addon may be. */
export interface Candidate {
  readonly place: string;
  readonly open: () => unknown;
}

/** The first candidate that loads and has the right interface. */
export function loadFirst(target: string, candidates: readonly Candidate[]): LoadResult {
  const tried: string[] = [];
  for (const { place, open } of candidates) {
    try {
      const addon = open() as NativeAddon;
      if (addon.interfaceVersion === INTERFACE_VERSION) return { addon };
      tried.push(
        `${place}: it has interface ${addon.interfaceVersion} but this package needs ${INTERFACE_VERSION}; ` +
          'install both in the same version',
      );
    } catch (error) {
      tried.push(`${place}: ${firstLine(error)}`);
    }
  }
  const list = tried.map((line) => `\n  - ${line}`).join('');
  return { reason: `no native addon could be loaded for ${target}.${list}\n${remedyFor(target, tried)}` };
}

/** The specifiers are literals, so that bundlers see them. */
function candidatesFor(target: string): Candidate[] {
  const require = createRequire(import.meta.url);
  const candidates: Candidate[] = [];
  switch (target) {
    case 'linux-x64-gnu':
      candidates.push({
        place: '@sparsek/cpu-linux-x64-gnu',
        open: () => require('@sparsek/cpu-linux-x64-gnu'),
      });
      break;
    default:
      candidates.push({
        place: `@sparsek/cpu-${target}`,
        open: () => {
          throw new Error(`not published; prebuilt addons exist for ${PREBUILT_TARGETS.join(', ')}`);
        },
      });
  }
  // From src as from dist, this is packages/cpu/native. Made by `node tools/build-native.mjs cpu` in a checkout.
  candidates.push({ place: 'native/sparsek_cpu.node', open: () => require('../native/sparsek_cpu.node') });
  return candidates;
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0] ?? message;
}
