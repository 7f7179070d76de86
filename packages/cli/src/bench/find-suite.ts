import type { BenchCase, Suite, SuiteDevice, SuiteMaker } from '@sparsek/bench';
import { UsageError } from '../exit-codes.js';
import type { BackendOption } from '../options.js';

/** A suite of the package, or the cases of a file. */
export async function findSuite(name: string): Promise<SuiteMaker> {
  const { loadSuite, PEER_NAMES, SUITES } = await import('@sparsek/bench');
  if (name.endsWith('.json')) {
    const loaded = await loadSuite(name);
    // One that is misspelt would be left out without a word.
    const unknown = loaded.peers?.find((peer) => !PEER_NAMES.includes(peer));
    if (unknown === undefined) return () => loaded;
    throw new UsageError(
      `${name}: peers: Expected names of (${PEER_NAMES.join('; ')}) but received "${unknown}"`,
    );
  }
  const suite = SUITES.get(name);
  if (!suite) {
    const names = [...SUITES.keys()].join(', ');
    throw new UsageError(`Expected a suite (${names}) or a .json file but received "${name}"`);
  }
  return suite;
}

export function chooseCases(suite: Suite, text: string | undefined): Suite {
  if (text === undefined) return suite;
  const cases = suite.cases.filter(({ name }) => name.includes(text));
  if (cases.length > 0) return { ...suite, cases };
  const names = suite.cases.map(({ name }) => name).join('; ');
  throw new UsageError(`Expected a part of a case's name (${names}) but received "${text}"`);
}

/** The suite as a GPU runs it, since only there is something to profile. */
export async function firstCase(name: string, part: string | undefined): Promise<BenchCase> {
  const { cases } = chooseCases((await findSuite(name))('gpu'), part);
  return cases.find((benchCase) => benchCase.name === part) ?? cases[0]!;
}

/** Where a suite would run, without a GPU being there when one is named. */
export async function suiteDevice(backend: BackendOption): Promise<SuiteDevice> {
  if (backend === 'cuda') return 'gpu';
  if (backend !== 'auto') return 'cpu';
  const { openBackend } = await import('@sparsek/backend');
  using opened = await openBackend(backend);
  return opened.name === 'cuda' ? 'gpu' : 'cpu';
}
