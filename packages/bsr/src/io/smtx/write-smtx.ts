import type { BsrPattern } from '@sparsek/types';
import { InvalidArgumentError } from '@sparsek/types';
import { checkPattern } from '../../check/bsr.js';
import { writeAtomically } from '../bytes/atomic-write.js';
import { type TextWriter, textWriter } from '../bytes/text-writer.js';
import type { WriteOptions } from '../options.js';

/** Writes a pattern of 1 x 1 blocks in the layout that {@link readSmtx} describes. */
export async function writeSmtx(
  path: string,
  pattern: BsrPattern,
  options: WriteOptions = {},
): Promise<void> {
  checkPattern(pattern);
  const { shape, blockShape, indptr, indices } = pattern;
  if (blockShape[0] !== 1 || blockShape[1] !== 1) {
    throw new InvalidArgumentError('pattern.blockShape', '1 x 1, which is all that .smtx holds,', blockShape);
  }
  await writeAtomically(path, options, async (sink) => {
    const text = textWriter(sink);
    text.add(`${shape[0]}, ${shape[1]}, ${indices.length}\n`);
    await addLine(text, indptr);
    await addLine(text, indices);
    await text.flush();
  });
}

async function addLine(text: TextWriter, numbers: Int32Array): Promise<void> {
  for (let i = 0; i < numbers.length; i++) {
    text.add(i + 1 < numbers.length ? `${numbers[i]} ` : `${numbers[i]}`);
    if (text.full) await text.flush();
  }
  text.add('\n');
}
