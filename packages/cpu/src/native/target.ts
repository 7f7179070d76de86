/** Targets with a prebuilt addon. */
export const PREBUILT_TARGETS: readonly string[] = ['linux-x64-gnu'];

/** Node's diagnostic report, as far as it is used here. */
interface Report {
  readonly header?: { readonly glibcVersionRuntime?: string };
}

/** The version of glibc that this process runs on; undefined on musl and outside Linux. */
export function glibcVersion(): string | undefined {
  const report: { excludeNetwork?: boolean; getReport(): object } = process.report;
  // Otherwise the report looks up the names of open network connections, which can take seconds.
  const before = report.excludeNetwork ?? false;
  report.excludeNetwork = true;
  try {
    return (report.getReport() as Report).header?.glibcVersionRuntime;
  } finally {
    report.excludeNetwork = before;
  }
}

/** This machine in the form `linux-x64-gnu`, as platform packages are named; decided by the process, not by what is installed. */
export function currentTarget(): string {
  const { platform, arch } = process;
  if (platform !== 'linux') return `${platform}-${arch}`;
  return `linux-${arch}-${glibcVersion() === undefined ? 'musl' : 'gnu'}`;
}

/** What a person can do about an addon that did not load. */
export function remedyFor(target: string, tried: readonly string[]): string {
  const all = tried.join('\n');
  if (/GLIBC(XX)?_|CXXABI_/.test(all)) {
    return `The system's C library is too old (glibc ${glibcVersion() ?? 'unknown'}); glibc 2.28 is needed.`;
  }
  if (/interface \d+ but/.test(all)) return 'Remedy: npm install @sparsek/cpu@latest';
  if (PREBUILT_TARGETS.includes(target)) {
    return (
      `Remedy: npm install @sparsek/cpu-${target}\n` +
      'It is an optional dependency, which package managers leave out with --omit=optional, --no-optional, or when ' +
      'node_modules or the lockfile came from another platform. In a checkout, install a C++17 compiler (g++ or ' +
      'clang++) and run: npm run build'
    );
  }
  // tools/build-native.mjs refuses it too.
  if (target.startsWith('win32-')) {
    return 'There is no build for Windows yet; the reference backend computes the same, slowly.';
  }
  return (
    'Remedy: in a checkout, with a C++17 compiler (g++ or clang++), run: node tools/build-native.mjs cpu. ' +
    'Without it, the reference backend computes the same, slowly.'
  );
}
