/** Where a command writes text. */
export interface TextOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** What the command line needs from its surroundings, so that it also runs inside a test. */
export interface CliContext {
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}
