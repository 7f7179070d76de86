export interface Compiler {
  readonly command: string;
  readonly args: readonly string[];
  readonly version: string;
}

export function findCompiler(environment?: NodeJS.ProcessEnv): Compiler | undefined;
/** Why {@link findCompiler} found none, for people. */
export function noCompiler(environment?: NodeJS.ProcessEnv): string;

/** What addons are built with; null where there is none. */
export interface Toolchain {
  readonly platform: string;
  readonly arch: string;
  readonly glibc: string | null;
  readonly cxx: string | null;
}

export function toolchain(): Toolchain;
