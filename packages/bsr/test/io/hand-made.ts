import { crc32, deflateRawSync } from 'node:zlib';

/** An `.npy` file by hand; `dictionary` replaces the whole header. */
export function npyBytes(descr: string, shape: string, content: Buffer, dictionary?: string): Buffer {
  const text = dictionary ?? `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(text.length + 1);
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    length,
    Buffer.from(`${text}\n`),
    content,
  ]);
}

/** A `.safetensors` file by hand: header (as it is, or to be JSON) and zeros. */
export function safetensorsBytes(header: object | string | Buffer, dataBytes: number): Buffer {
  const text = Buffer.isBuffer(header)
    ? header
    : Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(dataBytes)]);
}

/** Lies about one entry of an archive. */
export interface EntryChange {
  readonly crc?: number;
  readonly size?: number;
  readonly flags?: number;
  readonly method?: number;
  /** Packed bytes that do not belong to the content. */
  readonly content?: Buffer;
}

export interface ZipOptions {
  readonly packed?: boolean;
  readonly change?: Readonly<Record<string, EntryChange>>;
  /** Name of an entry that is put in twice. */
  readonly twice?: string;
}

/** A zip archive by hand, so that it can lie (PKWARE, APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16). */
export function zipBytes(arrays: Readonly<Record<string, Buffer>>, options: ZipOptions = {}): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  const names = Object.keys(arrays);
  for (const name of options.twice === undefined ? names : [...names, options.twice]) {
    const content = arrays[name]!;
    const change = options.change?.[name] ?? {};
    const packed = change.content ?? (options.packed === true ? deflateRawSync(content) : content);
    const fileName = Buffer.from(`${name}.npy`);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(change.flags ?? 0, 2);
    common.writeUInt16LE(change.method ?? (options.packed === true ? 8 : 0), 4);
    common.writeUInt32LE(change.crc ?? crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(change.size ?? content.length, 18);
    common.writeUInt16LE(fileName.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, fileName, packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    centrals.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, rest, fileName]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(centrals.length, 8);
  end.writeUInt16LE(centrals.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
