import type { RunOptions, Timed } from '@sparsek/types';

/** Runs one plan over several inputs, one after the other (a run uses the whole device), and adds up their times. */
export async function runEach<Input, Output, Options extends RunOptions>(
  inputs: readonly Input[],
  options: Options,
  run: (input: Input, index: number, options: Options) => Promise<Timed<Output>>,
): Promise<Timed<readonly Output[]>> {
  const output: Output[] = [];
  let computeMs = 0;
  for (const [index, input] of inputs.entries()) {
    options.signal?.throwIfAborted();
    const onProgress =
      options.onProgress && ((fraction: number) => options.onProgress?.((index + fraction) / inputs.length));
    const timed = await run(input, index, { ...options, ...(onProgress && { onProgress }) });
    output.push(timed.output);
    computeMs += timed.computeMs;
  }
  return { output, computeMs };
}
