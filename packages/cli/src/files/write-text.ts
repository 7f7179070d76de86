/** Writes a text file whole or not at all. */
export async function writeText(path: string, text: string, signal: AbortSignal): Promise<void> {
  const { writeAtomically } = await import('@sparsek/bsr/io');
  await writeAtomically(path, { signal }, (sink) => sink.write(Buffer.from(text)));
}
