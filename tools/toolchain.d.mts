export interface Compiler {
  readonly command: string;
  readonly args: readonly string[];
  readonly version: string;
}

export function findCompiler(environment?: NodeJS.ProcessEnv): Compiler | undefined;
/** Why {@link findCompiler} found none, for people. */
export function noCompiler(environment?: NodeJS.ProcessEnv): string;
