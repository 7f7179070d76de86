import type { ByteSink } from './atomic-write.js';

/** Characters gathered before they are encoded and written. */
const BATCH_LENGTH = 1 << 18;

/** Writes text of ASCII characters in batches. */
export interface TextWriter {
  add(text: string): void;
  /** Whether it is time to call `flush`; asking costs nothing. */
  readonly full: boolean;
  flush(): Promise<void>;
}

export function textWriter(sink: ByteSink): TextWriter {
  let batch = '';
  return {
    add(text) {
      batch += text;
    },
    get full() {
      return batch.length >= BATCH_LENGTH;
    },
    async flush() {
      const bytes = Buffer.from(batch, 'latin1');
      batch = '';
      await sink.write(bytes);
    },
  };
}
