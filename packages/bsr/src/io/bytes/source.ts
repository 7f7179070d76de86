/** Bytes of a file or of an archive's entry, in order. */
export interface ByteSource {
  /** How many bytes are left, as far as the file declares it. */
  readonly remaining: number;
  /** Fills the whole of `target`. Throws an `InvalidFileError` when the bytes end before that. */
  readInto(target: Uint8Array): Promise<void>;
}
